using Dragoman.Telemetry;

namespace Dragoman.Gateway.Tests.Telemetry;

public class KnownModelsTests
{
    [Fact]
    public void A_name_counts_once_its_provider_has_answered()
    {
        var models = new KnownModels();

        Assert.Equal("_OTHER", models.NameOf("p", "m", isAnswered: false));
        Assert.Equal("m", models.NameOf("p", "m", isAnswered: true));
        Assert.Equal("m", models.NameOf("p", "m", isAnswered: false));
        Assert.Equal("_OTHER", models.NameOf("other", "m", isAnswered: false));
    }

    [Fact]
    public void There_are_only_so_many_names()
    {
        var models = new KnownModels();
        for (var each = 0; each < KnownModels.Most; each++)
            Assert.Equal($"m{each}", models.NameOf("p", $"m{each}", isAnswered: true));

        Assert.Equal("_OTHER", models.NameOf("p", "one-more", isAnswered: true));
        Assert.Equal("m0", models.NameOf("p", "m0", isAnswered: true));
    }
}
