using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Configuration;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>
/// Damages a full configuration in every place. The result is a configuration that the published schema also allows, or
/// sentences that say where the mistake is and what is allowed. Nothing else may happen.
/// </summary>
public partial class ConfigurationMutationTests
{
    private const int Seed = 20261130;

    private static readonly AnswerSchema Schema = AnswerSchema.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.schema.json")));

    /// <summary>Words of the mistakes that no schema can describe, because they depend on other members, on the machine, or on how addresses are read.</summary>
    private static readonly string[] BeyondSchema =
    [
        "is not a configured provider", "is the same name as", "is already a name or an alias", "is given twice", "half of a surrogate pair", "is not a host's name",
        "must be an http or https URL", "must be an https URL", "is not a version", "environment variable", "env: needs", "file: needs", "file ", "keyvault: ",
        "cannot be a model of the provider's", "is not a network", "is shorter than", "is required for the mode", "replaces the built-in prices",
    ];

    private static readonly JsonSerializerOptions WithNetworks = new() { Converters = { new NetworkAsText() } };

    /// <summary>Greater than 0 for a schema, whose numbers are exact, but 0 for the reader, which uses doubles.</summary>
    private const string TooSmall = "1e-400";

    private static readonly string[] WrongValues =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "1e3", TooSmall, "1e400", "-0.0", "2147483648", "99999999999999999999999999", "1.0", "\"\"", "\" \"", "\"x\"", "\"5\"",
        "\"\\u0000\"", "\"a\\u0000b\"", "\"a\\nb\"", "\"\\u001b]0;x\\u0007\"", "\"a\\u007fb\"", "\"a\\u0085b\"", "\"\\ud800\"", "\"a\\udc00b\"", "\"\\u2028\"", "\"../../x\"", "\"a/b\"", "\"a//b\"", "\"漢字\"",
        "[]", "[null]", "[[]]", "[1]", "[\"\"]", "[\"a\", 1]", "[\"a\\tb\"]", "[{}]", "{}", "{\"\":1}", "{\"a\":null}", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":1,\"A\":2}", "{\"\\ud800\":1}",
        "\"http://\"", "\"http:///x\"", "\"/v1\"", "\"api.example.com\"", "\"localhost:1234/v1\"", "\"ftp://a\"", "\"file:///etc/passwd\"", "\"http://u:p@a\"", "\"http://u@a\"", "\"https://a?x=1\"", "\"https://a?\"",
        "\"https://a#x\"", "\"https://a#\"", "\"https://a b\"", "\" https://a\"", "\"https://a \"", "\"http://a:0\"", "\"http://a:99999\"", "\"http://a:x\"", "\"https://bücher.example\"", "\"http://[::1]:5/v1\"",
        "\"http://[fe80::1%25eth0]/\"", "\"http://[::1\"", "\"http://a\\\\b\"", "\"javascript:alert(1)\"", "\"HTTP://A/\"", "\"http://..\"", "\"https://*\"",
        "\"env:\"", "\"env: A\"", "\"env:A B\"", "\"env:NOT_THERE\"", "\"file:\"", "\"file:/nope\"", "\"file:/\"", "\"keyvault:x\"",
        "\"https://app.example.com/\"", "\"https://*.*\"", "[\"https://app.example.com/\"]", "[\"https://*.*\"]", "[\"app\"]", "[\"*\"]", "[\"a b\"]", "[\"http://x\"]", "[\"a:1\"]", "[\"[::1]\"]", "[\"tiny\", \"tiny:latest\"]", "[\"best\"]",
        "{\"dialect\":\"mistral\"}", "[{\"provider\":\"g\"}]", "[{\"provider\":\"g\",\"model\":\"m\",\"more\":1}]",
        // Text that is not JSON at all.
        "", "'x'", "undefined", "NaN", "Infinity", "0x10", "+1", "01", ".5", "1.", "nul", "\"x", "[1", "{\"a\"", "{a:1}", "\"a\tb\"", "\"\\x41\"", "1 2", "\0", "\ufeff1",
    ];

    private static GatewayConfiguration Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    private static GatewayConfiguration Read(byte[] bytes, IReadOnlyDictionary<string, string>? environment = null) =>
        ConfigurationReader.Read(bytes, "gateway.json", environment ?? new Dictionary<string, string>());

    public static TheoryData<string> Pointers => [.. FullConfiguration.Nodes(FullConfiguration.Parse()).Select(each => each.Pointer)];

    public static TheoryData<string> Objects => [.. FullConfiguration.Nodes(FullConfiguration.Parse()).Where(each => each.Node is JsonObject).Select(each => each.Pointer)];

    [Fact]
    public void The_full_configuration_has_every_member_and_is_valid()
    {
        Assert.Null(Schema.FindMismatch(Encoding.UTF8.GetBytes(FullConfiguration.Json)));
        Assert.Equal(5, Read(FullConfiguration.Json).Providers.Count);
        var given = FullConfiguration.Nodes(FullConfiguration.Parse()).Select(each => Name().Replace(each.Pointer, "${1}NAME")).ToHashSet();
        var known = ConfigurationReader.VariableNames().Select(name => name["DRAGOMAN".Length..].Replace("__", "/", StringComparison.Ordinal));
        Assert.Empty(known.Except(given));
    }

    [Theory]
    [MemberData(nameof(Pointers))]
    public void A_wrong_value_is_told_with_its_place_or_is_one_that_the_schema_allows(string pointer)
    {
        foreach (var value in WrongValues)
            Judge(FullConfiguration.With(pointer, value), pointer, value);
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void A_member_that_nobody_knows_or_that_is_there_twice_is_told(string pointer)
    {
        var members = FullConfiguration.Nodes(FullConfiguration.Parse()).Single(each => each.Pointer == pointer).Node.AsObject();
        foreach (var (name, value) in members)
        {
            var at = $"{pointer}/{name}";
            Assert.Contains($"gateway.json: {at} is given twice; allowed: once", MistakesOf(FullConfiguration.WithMember(pointer, $"\"{name}\"", value!.ToJsonString())));
            var escaped = string.Concat(name.Select(letter => $"\\u{(int)letter:x4}"));
            Assert.Contains($"gateway.json: {at} is given twice; allowed: once", MistakesOf(FullConfiguration.WithMember(pointer, $"\"{escaped}\"", "1")));
            var other = name.ToUpperInvariant();
            if (other != name)
                Assert.Contains($"gateway.json: {pointer}/{other} is given twice, here and as \"{name}\"; allowed: once, in any case", MistakesOf(FullConfiguration.WithMember(pointer, $"\"{other}\"", "1")));
        }

        // Where the operator chooses the names, every name is allowed.
        if (pointer is not ("/providers" or "/models" or "/prices/providers") && !pointer.EndsWith("/baseModels", StringComparison.Ordinal) && !pointer.EndsWith("/when", StringComparison.Ordinal))
            Assert.Contains(MistakesOf(FullConfiguration.WithMember(pointer, "\"surprise\"", "1")), mistake => mistake.StartsWith($"gateway.json: {pointer}/surprise is not known; allowed: ", StringComparison.Ordinal));
        foreach (var key in new[] { "", " ", "a\\u0000b", "a\\nb", "\\u001b[1m", "\\ud800" })
            Assert.NotEmpty(MistakesOf(FullConfiguration.WithMember(pointer, $"\"{key}\"", pointer.EndsWith("/baseModels", StringComparison.Ordinal) && key == " " ? "1" : "\"x\"")));
    }

    [Fact]
    public void A_control_character_in_any_text_is_told_with_its_place()
    {
        foreach (var (pointer, node) in FullConfiguration.Nodes(FullConfiguration.Parse()).Where(each => each.Node.GetValueKind() == JsonValueKind.String))
        {
            var text = node.GetValue<string>();
            for (var control = 0; control < 0xa0; control = control == 0x1f ? 0x7f : control + 1)
            {
                var spoiled = text.Insert(text.Length / 2, ((char)control).ToString());
                var mistakes = MistakesOf(FullConfiguration.With(pointer, JsonSerializer.Serialize(spoiled)));
                // A mistake in an item of a list may be reported for the list.
                var place = LastIndex().Replace(pointer, "");
                Assert.Contains(mistakes, mistake => mistake.StartsWith($"gateway.json: {place}", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Spoiled_bytes_are_told_with_their_place()
    {
        var random = new Random(Seed);
        var original = Encoding.UTF8.GetBytes(FullConfiguration.Json);
        var (accepted, refused) = (0, 0);
        for (var round = 0; round < 4000; round++)
        {
            var bytes = original.ToList();
            for (var spoiled = random.Next(1, 6); spoiled > 0; spoiled--)
                Spoil(bytes, random);
            if (MistakesOf([.. bytes]).Count == 0)
                accepted++;
            else
                refused++;
        }

        // Both results must be frequent. Otherwise the test damages nothing, or everything.
        Assert.True(accepted > 100 && refused > 1000, $"{accepted} accepted, {refused} refused");
    }

    [Theory]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, (byte)'{', (byte)'}' }, null)]
    [InlineData(new byte[] { 0xff, 0xfe, (byte)'{', 0, (byte)'}', 0 }, null)]
    [InlineData(new byte[] { 0xfe, 0xff, 0, (byte)'{', 0, (byte)'}' }, null)]
    [InlineData(new byte[] { (byte)'{', (byte)'}', 0xff }, "gateway.json: is not UTF-8 text: byte 3 begins no character; allowed: UTF-8")]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, (byte)'{', 0xc3, (byte)'}' }, "gateway.json: is not UTF-8 text: byte 5 begins no character; allowed: UTF-8")]
    [InlineData(new byte[] { 0xff, 0xfe, (byte)'{', 0, 0, 0xd8 }, "gateway.json: is not valid UTF-16; allowed: UTF-8")]
    [InlineData(new byte[] { 0xff, 0xfe, 0, 0, (byte)'{', 0, 0, 0 }, "gateway.json: is not valid JSON at line 1, byte 1: ")]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, (byte)'{', (byte)'}' }, "gateway.json: is not valid JSON at line 1, byte 1: ")]
    [InlineData(new byte[0], "gateway.json: is empty; allowed: a JSON object such as {}")]
    [InlineData(new[] { (byte)'{', (byte)'}', (byte)'\n', (byte)'\0' }, "gateway.json: is not valid JSON at line 2, byte 1: ")]
    [InlineData(new[] { (byte)'5' }, "gateway.json: must be a JSON object")]
    [InlineData(new[] { (byte)'n', (byte)'u', (byte)'l', (byte)'l' }, "gateway.json: must not be null; ")]
    public void A_file_is_text(byte[] bytes, string? mistake)
    {
        if (mistake is null)
            Assert.Single(Read(bytes).Providers);
        else
            Assert.StartsWith(mistake, Assert.Single(MistakesOf(bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_number_of_mistakes_have_an_end()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        Assert.StartsWith("gateway.json: is not valid JSON at line 1, byte ", Assert.Single(MistakesOf(Encoding.UTF8.GetBytes(deep))), StringComparison.Ordinal);
        var many = "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(number => $"\"surprise{number}\":1")) + "}";
        var mistakes = MistakesOf(Encoding.UTF8.GetBytes(many));
        Assert.Equal(51, mistakes.Count);
        Assert.Equal("gateway.json: has 49950 more mistakes", mistakes[^1]);
        Assert.InRange(Assert.Single(MistakesOf(Encoding.UTF8.GetBytes($"{{\"{new string('x', 3_000_000)}\":1}}"))).Length, 1, 2010);
    }

    [Fact]
    public void Every_value_can_be_given_by_a_variable_and_a_mistake_in_it_names_the_variable()
    {
        var whole = JsonSerializer.Serialize(Read(FullConfiguration.Json), WithNetworks);
        foreach (var (pointer, node) in FullConfiguration.Nodes(FullConfiguration.Parse()).Where(each => each.Pointer.Length > 0 && !Index().IsMatch(each.Pointer) && each.Node.Parent is JsonObject))
        {
            var variable = "DRAGOMAN" + pointer.Replace("/", "__", StringComparison.Ordinal);
            var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
            Assert.Equal(whole, JsonSerializer.Serialize(Read(Encoding.UTF8.GetBytes(FullConfiguration.Json), new Dictionary<string, string> { [variable] = text }), WithNetworks));

            foreach (var wrong in new[] { "", "\u0001", "[1,", "{\"a\":1,\"a\":2}" })
            {
                var environment = new Dictionary<string, string> { [variable] = wrong };
                var mistakes = MistakesOf(Encoding.UTF8.GetBytes(FullConfiguration.Json), environment);
                if (mistakes.Count == 0)
                    Assert.True(node.GetValueKind() == JsonValueKind.String && wrong.Length > 1, $"{variable}={wrong} was accepted");
                else
                    Assert.Contains(mistakes, mistake => mistake.StartsWith($"environment variable {variable}: {pointer}", StringComparison.Ordinal));
            }
        }
    }

    private static void Spoil(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveAt(at);
                break;
            case 2:
                bytes.Insert(at, "\"{}[],:0e\\ \n"u8[random.Next(11)]);
                break;
            case 3:
                // Flips one bit, which mostly turns letters into other letters, and signs into signs or digits.
                bytes[at] ^= (byte)(1 << random.Next(6));
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                break;
            default:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at));
                break;
        }
    }

    private static void Judge(string json, string pointer, string value)
    {
        var mismatch = Schema.FindMismatch(Encoding.UTF8.GetBytes(Strict(json)));
        var mistakes = MistakesOf(json);
        if (mismatch is not null)
            Assert.True(mistakes.Count > 0, $"{value} at {pointer} was accepted, and the schema says: {mismatch}");
        else if (mistakes.Count > 0 && value != TooSmall)
            Assert.True(mistakes.All(mistake => BeyondSchema.Any(words => mistake.Contains(words, StringComparison.Ordinal))), $"the schema allows {value} at {pointer}, and the reader says: {string.Join('\n', mistakes)}");
    }

    /// <summary>Removes the comma that the configuration may have after its last item, because the schema's judge does not accept it.</summary>
    private static string Strict(string json) => json.Replace(",]", "]", StringComparison.Ordinal);

    private static IReadOnlyList<string> MistakesOf(string json) => MistakesOf(Encoding.UTF8.GetBytes(json));

    /// <summary>The mistakes, each in one line that says where it is and what is allowed. Empty when there are none.</summary>
    private static IReadOnlyList<string> MistakesOf(byte[] bytes, IReadOnlyDictionary<string, string>? environment = null)
    {
        try
        {
            Read(bytes, environment);
            return [];
        }
        catch (ConfigurationException error)
        {
            Assert.InRange(error.Mistakes.Count, 1, 51);
            Assert.All(error.Mistakes, mistake =>
            {
                Assert.Matches(Sentence(), mistake);
                Assert.DoesNotContain(mistake, char.IsControl);
                Assert.DoesNotMatch(ResourceKey(), mistake);
                Assert.DoesNotContain(FullConfiguration.Secret, mistake, StringComparison.Ordinal);
            });
            return error.Mistakes;
        }
    }

    [GeneratedRegex("^(gateway\\.json|environment variable \\S+): ((/.* )?(is|are|must|must not|has|holds|env|file|keyvault|\"api-key\"|environment variable|the environment variable|\".*\" (is|needs|cannot))\\b.*|/.*(allowed: |must ).*|has \\d+ more mistakes)$")]
    private static partial Regex Sentence();

    /// <summary>Names of the runtime's resources, such as <c>IO_FileNotFound_FileName</c>.</summary>
    [GeneratedRegex("\\b[A-Z][A-Za-z]+_[A-Z][A-Za-z]+_?[A-Za-z]*, |\\b(ExpectedStart|ExpectedEnd|InvalidCharacter)[A-Z]\\w+")]
    private static partial Regex ResourceKey();

    [GeneratedRegex("^(/(?:prices/)?(?:providers|models)/)[^/]+")]
    private static partial Regex Name();

    [GeneratedRegex("/\\d+(?=/|$)")]
    private static partial Regex Index();

    [GeneratedRegex("/\\d+$")]
    private static partial Regex LastIndex();
}
