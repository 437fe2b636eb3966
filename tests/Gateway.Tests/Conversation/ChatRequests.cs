using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>Random requests with everything that the canonical model can represent.</summary>
internal static class ChatRequests
{
    public const string ToolSchema = """{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}}}""";

    private static readonly Gen<string> Words = Generated.WellFormedText.Select(text => text.Length == 0 ? "x" : text);

    private static readonly Gen<string> Identifiers = Gen.Elements("call_1", "abc123XYZ", "toolu_01-x", "", "ünïcode", new string('x', 64));

    public static Gen<ChatRequest> Any { get; } =
        from turns in Turns()
        from sampling in Samplings()
        from tools in Tools()
        from choice in Gen.Elements(null, ToolChoice.Auto, ToolChoice.None, ToolChoice.Required, new ToolChoice(ToolChoiceKind.Named, "f"))
        from parallel in Gen.Elements<bool?>(null, true, false)
        from format in Gen.Elements(
            null,
            new OutputFormat(OutputFormatKind.JsonObject),
            new OutputFormat(OutputFormatKind.JsonSchema, ToolSchema, "n", "d", true),
            new OutputFormat(OutputFormatKind.JsonSchema, ToolSchema))
        from reasoning in Gen.Elements(default, new(true, null), new(false, null), new(true, ReasoningEffort.Low), new(true, ReasoningEffort.Max), new ReasoningRequest(false, ReasoningEffort.None))
        from stream in Gen.Elements(true, false)
        from family in Gen.Elements("openai", "ollama")
        from extensions in Gen.SubListOf("moderation", "cache_control", "x")
        from hints in Gen.Elements(RequestHints.None, RequestHints.None, new RequestHints { User = "u", Metadata = """{"a": "1.0"}""", Store = false }, new RequestHints { ServiceTier = "auto", PromptCacheKey = "k", Verbosity = "low", Prediction = """{"type":"content","content":"a"}""" })
        from completion in Gen.Frequency((6, Gen.Constant<TextCompletion?>(null)), (1, Words.Select(text => (TextCompletion?)new TextCompletion(text, null, false))), (1, Words.Select(text => (TextCompletion?)new TextCompletion(text, "end", false))))
        select new ChatRequest
        {
            Model = "published",
            Turns = turns,
            Sampling = sampling,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = parallel,
            Format = format,
            Reasoning = reasoning,
            Stream = stream,
            IncludeUsage = stream,
            Family = family,
            Completion = completion,
            Extensions = extensions.ToDictionary(name => name, name => "\"v\""),
            Hints = hints,
        };

    private static Gen<IReadOnlyList<Turn>> Turns()
    {
        var image = Gen.Elements<Part>(new ImagePart(new InlineMedia("image/png", "iVBORw0KGgo="), "low"), new ImagePart(new LinkedMedia("https://example.com/a.png")));
        var other = Gen.Elements<Part>(new AudioPart(new InlineMedia("audio/wav", "AAAA"), "wav"), new DocumentPart(new InlineMedia("application/pdf", "AAAA"), "a.pdf"));
        var text = Generated.WellFormedText.Select(Part (words) => new TextPart(words));
        var name = Gen.Elements(null, null, "someone");
        var system = from role in Gen.Elements(Role.System, Role.Developer) from words in Words from who in name select (Turn[])[Turn.Of(role, words) with { Name = who }];
        var user = from parts in Gen.Frequency((5, text), (2, image), (1, other)).NonEmptyListOf() from who in name select (Turn[])[new Turn(Role.User, [.. parts]) { Name = who }];
        var assistant =
            from words in Words
            from before in Gen.Elements<Part[]>([], [new ReasoningPart("hm")], [new RefusalPart("no")])
            select (Turn[])[new Turn(Role.Assistant, [.. before, new TextPart(words)])];
        var calls =
            from ids in Identifiers.NonEmptyListOf()
            from words in Generated.WellFormedText
            from isError in Gen.Elements(true, false)
            from media in Gen.Elements(true, false)
            select CallsAndResults(ids, words, isError, media);
        return Gen.Frequency((2, system), (4, user), (2, assistant), (2, calls)).NonEmptyListOf().Select(IReadOnlyList<Turn> (groups) => [.. groups.SelectMany(group => group)]);
    }

    private static Turn[] CallsAndResults(IList<string> ids, string words, bool isError, bool media)
    {
        var pairing = new ToolCallPairing();
        var calls = ids.Select((id, place) => pairing.Call(id.Length == 0 ? null : $"{id}{place}", place % 2 == 0 ? "f" : "g", """{"b":1, "a":1.0}""")).ToList();
        Part[] content = media ? [new TextPart(words), new ImagePart(new InlineMedia("image/png", "AAAA"))] : [new TextPart(words)];
        return
        [
            new Turn(Role.Assistant, [.. calls]),
            .. calls.Select(call => new Turn(Role.Tool, [pairing.Result(call.Id, null, content, "f") with { IsError = isError }])),
        ];
    }

    private static Gen<Sampling> Samplings() =>
        from temperature in Gen.Elements<double?>(null, -1, 0, 0.7, 1.5, 2, 100)
        from topP in Gen.Elements<double?>(null, 0, 0.5, 1, 7)
        from topK in Gen.Elements<int?>(null, 40)
        from minP in Gen.Elements<double?>(null, 0.1)
        from repeat in Gen.Elements<double?>(null, 1.1)
        from presence in Gen.Elements<double?>(null, -3, 1)
        from frequency in Gen.Elements<double?>(null, 2, 5)
        from seed in Gen.Elements<long?>(null, 0, 42)
        from limit in Gen.Elements<int?>(null, 1, 4096)
        from stop in Gen.Elements<string[]>([], ["a"], ["a", "b\n"])
        from choices in Gen.Elements<int?>(null, 1, 3)
        from logprobs in Gen.Frequency((8, Gen.Constant<bool?>(null)), (1, Gen.Constant<bool?>(false)), (1, Gen.Constant<bool?>(true)))
        from bias in Gen.Frequency((9, Gen.Constant<string?>(null)), (1, Gen.Constant<string?>("{\"1\":2}")))
        select new Sampling
        {
            Temperature = temperature,
            TopP = topP,
            TopK = topK,
            MinP = minP,
            RepeatPenalty = repeat,
            PresencePenalty = presence,
            FrequencyPenalty = frequency,
            Seed = seed,
            MaxOutputTokens = limit,
            Stop = stop,
            Choices = choices,
            Logprobs = logprobs,
            LogitBias = bias,
        };

    private static Gen<ToolDefinition[]> Tools() => Gen.Elements<ToolDefinition[]>(
        [],
        [],
        [new ToolDefinition("f", "does f", ToolSchema, true)],
        [new ToolDefinition("f", null, null), new ToolDefinition("g", "does g", ToolSchema)]);
}
