using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Secrets;

public class SecretReferenceTests
{
    [Fact]
    public void A_variable_is_read_from_the_environment() =>
        Assert.Equal("value of A", SecretReference.Resolve("env:A", name => $"value of {name}"));

    [Fact]
    public void A_file_is_read_without_its_last_line_end()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "secret\n");
            Assert.Equal("secret", SecretReference.Resolve("file:" + path, _ => null));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Any_other_text_is_the_secret_itself() => Assert.Equal("sk-123", SecretReference.Resolve("sk-123", _ => null));

    [Theory]
    [InlineData("env:MISSING", "environment variable MISSING is not set")]
    [InlineData("keyvault:name", "keyvault: references are not supported yet; use env: or file:")]
    public void What_cannot_be_found_is_told_by_its_reference(string reference, string message) =>
        Assert.Equal(message, Assert.Throws<SecretException>(() => SecretReference.Resolve(reference, _ => null)).Message);

    [Fact]
    public void A_missing_file_is_told_by_its_path() =>
        Assert.StartsWith("file /does/not/exist does not exist", Assert.Throws<SecretException>(() => SecretReference.Resolve("file:/does/not/exist", _ => null)).Message, StringComparison.Ordinal);
}
