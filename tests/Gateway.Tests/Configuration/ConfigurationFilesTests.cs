using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>A base file with overlays, on a real disk.</summary>
public sealed class ConfigurationFilesTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly string directory = Directory.CreateTempSubdirectory("dragoman-files-").FullName;

    private string Base => Path.Combine(directory, "gateway.json");

    private string Overlays => Path.Combine(directory, "gateway.d");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Overlays_are_merged_in_the_order_of_their_names_and_variables_come_last()
    {
        Write("gateway.json", """{ "providers": { "a": { "dialect": "mistral", "timeouts": { "idleSeconds": 1, "totalSeconds": 2 } } }, "limits": { "requestBytes": 1, "downloadBytes": 1, "answerBytes": 1 }, "access": { "hosts": ["a.test", "b.test"] } }""");
        Write("gateway.d/20-b.json", """{ "Limits": { "downloadBytes": 3, "answerBytes": 3 } }""");
        Write("gateway.d/10-a.json", """{ /* a comment */ "limits": { "requestBytes": 2, "DownloadBytes": 2, }, "access": { "hosts": ["c.test"] }, "providers": { "A": { "timeouts": { "idleSeconds": 5 } }, "b": { "dialect": "openai" } } }""");
        Write("gateway.d/30.json.bak", "no JSON");
        Write("gateway.d/.hidden.json", "no JSON");

        var configuration = ConfigurationReader.Read(Base, new Dictionary<string, string> { ["DRAGOMAN__limits__answerBytes"] = "4" });

        Assert.Equal((2, 3, 4), (configuration.Limits.RequestBytes, configuration.Limits.DownloadBytes, configuration.Limits.AnswerBytes));
        Assert.Equal(["c.test"], configuration.Access.Hosts);
        Assert.Equal(["a", "b"], configuration.Providers.Select(static provider => provider.Name));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)), (configuration.Providers[0].Timeouts.Idle, configuration.Providers[0].Timeouts.Total));
        Assert.Equal(
            [
                (Base, "/providers/a/dialect"), (Path.Combine(Overlays, "10-a.json"), "/providers/a/timeouts/idleSeconds"), (Base, "/providers/a/timeouts/totalSeconds"),
                (Path.Combine(Overlays, "10-a.json"), "/providers/b/dialect"), (Path.Combine(Overlays, "10-a.json"), "/limits/requestBytes"),
                (Path.Combine(Overlays, "20-b.json"), "/limits/downloadBytes"), ("environment variable DRAGOMAN__limits__answerBytes", "/limits/answerBytes"),
                (Path.Combine(Overlays, "10-a.json"), "/access/hosts"),
            ],
            configuration.Values.Given().Select(static each => ($"{each.Origin}", each.Pointer)));
        Assert.Equal(ValueOrigin.Default, configuration.Values.OriginOf("/limits/workSeconds"));
    }

    [Fact]
    public void A_value_that_replaces_another_one_takes_its_place_with_its_origin()
    {
        Write("gateway.json", "{}");
        Write("gateway.d/1.json", """{ "limits": { "requestBytes": 2, "workSeconds": 3 } }""");
        var values = ConfigurationReader.Read(Base, new Dictionary<string, string> { ["DRAGOMAN__limits"] = """{ "requestBytes": 9 }""" }).Values;
        Assert.Equal(["/limits/requestBytes (environment variable DRAGOMAN__limits)"], values.Given().Select(static each => each.ToString()));
    }

    [Fact]
    public void A_mistake_names_the_file_that_the_value_came_from()
    {
        Write("gateway.json", """{ "limits": { "requestBytes": 0, "drainSeconds": 0 } }""");
        Write("gateway.d/1.json", """{ "limits": { "workSeconds": 0 }, "model": {}, "providers": { "x": {} } }""");
        Assert.Equal(
            [
                $"{Overlays}/1.json: /model is not known (did you mean models?); allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault",
                $"{Overlays}/1.json: /providers/x/dialect is required; allowed: anthropic, azure-openai, gemini, mistral, openai",
                $"{Base}: /limits/requestBytes must be a whole number above 0",
                $"{Base}: /limits/drainSeconds must be a number of seconds above 0 and up to 86400",
                $"{Overlays}/1.json: /limits/workSeconds must be a number of seconds above 0 and up to 86400",
            ],
            Mistakes());
    }

    [Fact]
    public void All_files_that_cannot_be_understood_are_told_at_once()
    {
        File.WriteAllBytes(Base, [0xff, (byte)'{']);
        Write("gateway.d/1.json", """{ "limits": { "a": 1, "A": 2 } }""");
        Write("gateway.d/2.json", "");
        Write("gateway.d/3.json", "[]");
        File.WriteAllBytes(Path.Combine(Overlays, "4.json"), [0xef, 0xbb, 0xbf, .. "{}"u8]);
        Write("gateway.d/5.json", """{ "access": null }""");
        Assert.Equal(
            [
                $"{Base}: is not UTF-8 text: byte 1 begins no character; allowed: UTF-8",
                $"{Overlays}/1.json: /limits/A is given twice, here and as \"a\"; allowed: once, in any case",
                $"{Overlays}/2.json: is empty; allowed: a JSON object such as {{}}",
                $"{Overlays}/3.json: must be a JSON object",
                $"{Overlays}/5.json: /access must not be null; leave it out, or give it a value",
            ],
            Mistakes());
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        Directory.CreateDirectory(Path.Combine(Overlays, "1.json"));
        File.CreateSymbolicLink(Path.Combine(Overlays, "2.json"), Path.Combine(directory, "gone"));
        Assert.Equal(
            [$"{Base}: does not exist", $"{Overlays}/1.json: is a directory; allowed: a file", $"{Overlays}/2.json: does not exist"],
            Mistakes());
        Directory.Delete(Overlays, recursive: true);
        File.WriteAllText(Overlays, "{}");
        Write("gateway.json", "{}");
        Assert.Equal([$"{Overlays}: is no directory; allowed: a directory whose files *.json are read in the order of their names"], Mistakes());
    }

    [Fact]
    public void Their_number_and_length_are_limited()
    {
        Write("gateway.json", "{}");
        for (var index = 0; index <= ConfigurationFiles.MostOverlays; index++)
            Write($"gateway.d/{index:000}.json", "{}");
        Assert.Equal([$"{Overlays}: has 101 files *.json; allowed: 100"], Mistakes());
        Directory.Delete(Overlays, recursive: true);
        for (var index = 0; index < 5; index++)
            Write($"gateway.d/{index}.json", "{}" + new string(' ', ConfigurationText.LargestFile - 2));
        Assert.Equal([$"{Overlays}: its files are too long together with the base file; allowed: {ConfigurationFiles.MostBytes} bytes"], Mistakes());
        Write("gateway.d/0.json", "{}" + new string(' ', ConfigurationText.LargestFile - 1));
        Assert.Contains($"{Overlays}/0.json: is too long; allowed: {ConfigurationText.LargestFile} bytes", Mistakes());
    }

    [Fact]
    public void A_look_sees_each_kind_of_change()
    {
        Write("gateway.json", "{}");
        var files = new ConfigurationFiles(Base, null);
        var states = new List<string> { files.Look() };
        Assert.Equal(states[0], files.Look());
        Write("gateway.json", "{ }");
        states.Add(files.Look());
        Write("gateway.d/1.json", "{}");
        states.Add(files.Look());
        File.SetLastWriteTimeUtc(Path.Combine(Overlays, "1.json"), DateTime.UnixEpoch);
        states.Add(files.Look());
        File.Move(Path.Combine(Overlays, "1.json"), Path.Combine(Overlays, "2.json"));
        states.Add(files.Look());
        File.Delete(Path.Combine(Overlays, "2.json"));
        File.Delete(Base);
        states.Add(files.Look());
        Assert.Equal(states.Count, states.Distinct().Count());
    }

    [Fact]
    public void A_look_sees_that_the_link_of_a_volume_is_swapped()
    {
        // As Kubernetes does it: gateway.json leads to ..data/gateway.json, and ..data to a directory that is replaced.
        foreach (var (version, time) in new[] { ("..1", DateTime.UnixEpoch), ("..2", DateTime.UnixEpoch.AddDays(1)) })
        {
            Write($"{version}/gateway.json", "{}");
            File.SetLastWriteTimeUtc(Path.Combine(directory, version, "gateway.json"), time);
        }

        Directory.CreateSymbolicLink(Path.Combine(directory, "..data"), "..1");
        File.CreateSymbolicLink(Base, "..data/gateway.json");
        var files = new ConfigurationFiles(Base, null);
        var before = files.Look();
        Directory.Delete(Path.Combine(directory, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(directory, "..data"), "..2");
        Assert.NotEqual(before, files.Look());
    }

    private IReadOnlyList<string> Mistakes() => Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(Base, Nothing)).Mistakes;

    private void Write(string name, string text)
    {
        var file = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
