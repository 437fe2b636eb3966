using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>What the command line reads of a configuration.</summary>
public sealed class StoreConnectionSettingTests : IDisposable
{
    private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("dragoman-store-").FullName, "gateway.json");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    [Theory]
    [InlineData("{}", "sqlite:data/dragoman.db")]
    [InlineData("""{ "access": { "mode": "open" } }""", "sqlite:data/dragoman.db")]
    [InlineData("""{ "store": { "connection": "sqlite:x.db" } }""", "sqlite:x.db")]
    [InlineData("""{ "Store": { "connection": "env:STORE" } }""", "tables:https://a.example.com/b")]
    [InlineData("""{ "providers": { "p": { "dialect": "openai", "apiKey": "env:NOT_SET" } }, "store": { "connection": "sqlite:x.db" } }""", "sqlite:x.db")]
    public void Only_the_store_is_read(string json, string expected)
    {
        File.WriteAllText(file, json);
        Assert.Equal(expected, ConfigurationReader.ReadStoreConnection(file, new Dictionary<string, string> { ["STORE"] = "tables:https://a.example.com/b" }).Value);
    }

    [Fact]
    public void Variables_override_the_file()
    {
        File.WriteAllText(file, """{ "store": { "connection": "sqlite:x.db" } }""");
        Assert.Equal("sqlite:y.db", ConfigurationReader.ReadStoreConnection(file, new Dictionary<string, string> { ["DRAGOMAN__store__connection"] = "sqlite:y.db" }).Value);
        File.WriteAllText(file, "{}");
        Assert.Equal("sqlite:elsewhere/dragoman.db", ConfigurationReader.ReadStoreConnection(file, new Dictionary<string, string> { ["DRAGOMAN_DATA"] = "elsewhere" }).Value);
    }

    [Theory]
    [InlineData("""{ "store": { "conection": "sqlite:x.db" } }""", "/store")]
    [InlineData("""{ "store": { "connection": "env:NOT_SET" } }""", "/store/connection")]
    [InlineData("[]", "must be a JSON object")]
    public void A_mistake_is_reported(string json, string expected)
    {
        File.WriteAllText(file, json);
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationReader.ReadStoreConnection(file, new Dictionary<string, string>()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_is_reported() => Assert.Contains(
        "--config: ",
        Assert.Throws<ConfigurationException>(() => ConfigurationReader.ReadStoreConnection(file, new Dictionary<string, string>(), "--config")).Message,
        StringComparison.Ordinal);
}
