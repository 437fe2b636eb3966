using System.Text;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Matrix;

namespace Dragoman.Fuzz;

/// <summary>Model names and an operator's configuration.</summary>
internal static class NameTargets
{
    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("model-name", InputKind.Bytes, Name),
        new("configuration", InputKind.Json, Configure),
    ];

    private static void Name(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        ModelName.NamesBothSources(text);
        var tagged = ModelName.Tagged(text);
        Assert.Equal(tagged, ModelName.Tagged(tagged));
        if (ModelName.TryParse(text, out var name))
        {
            Assert.True(ModelName.TryParse(name.Display, out var again), $"the shown name of {text} is none");
            Assert.Equal(name.Key, again!.Key);
        }

        // At a provider with the name in its URL, the request goes below the base path or is not sent.
        var root = new Uri("https://provider.example/base/v1/");
        foreach (var family in ProviderFamily.All)
        {
            try
            {
                var call = family.Dialect.Write(new ChatRequest { Model = text, Turns = [Turn.Of(Role.User, "word")] }, text, new LossReport());
                var address = new Uri(root, call.Path);
                Assert.True(address.Host == root.Host && address.Scheme == root.Scheme && address.Port == root.Port && address.AbsolutePath.StartsWith("/base/v1/", StringComparison.Ordinal), $"{family}: {address}");
            }
            catch (GatewayException refusal)
            {
                Assert.NotEmpty(refusal.Error.Message);
            }
        }
    }

    private static void Configure(byte[] bytes)
    {
        try
        {
            var read = ConfigurationReader.Read(Encoding.UTF8.GetString(bytes), "gateway.json", new Dictionary<string, string>());
            Assert.NotNull(read.Access);
        }
        catch (ConfigurationException mistake)
        {
            Assert.All(mistake.Mistakes, Assert.NotEmpty);
        }
    }
}
