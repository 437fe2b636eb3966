using Dragoman.Documents;

namespace Dragoman.Gateway.Tests.Translation;

public sealed class TranslationDocumentTests
{
    [Fact]
    public void The_page_says_what_the_tables_say()
    {
        var wanted = TranslationDocument.Write();
        if (Environment.GetEnvironmentVariable(GeneratedSection.WriteSwitch) == "1")
            File.WriteAllText(TranslationDocument.FilePath, wanted);
        Assert.Equal(wanted, File.ReadAllText(TranslationDocument.FilePath));
    }
}
