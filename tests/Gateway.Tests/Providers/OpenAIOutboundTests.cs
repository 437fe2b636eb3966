using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Providers;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class OpenAIOutboundTests
{
    private static readonly IOutboundDialect Dialect = new OpenAIOutbound(new OpenAIChatOutbound(null));
    private static readonly IOutboundDialect WithoutList = new OpenAIOutbound(new OpenAIChatOutbound(null), listsModels: false);

    private static readonly ChatRequest Chat = new() { Model = "m", Family = "openai", Turns = [Turn.Of(Role.User, "hi")] };
    private static readonly ChatRequest WithTools = Chat with { Tools = [new ToolDefinition("f", null, null)] };

    [Theory]
    [InlineData("gpt-4.1", false, false)]
    [InlineData("gpt-4o", false, false)]
    [InlineData("o3", false, false)]
    [InlineData("gpt-5", false, false)]
    [InlineData("gpt-5.1-mini", false, false)]
    [InlineData("gpt-5.2", false, true)]
    [InlineData("gpt-5.4-mini-2026-03-01", false, true)]
    [InlineData("GPT-6", false, true)]
    [InlineData("gpt-5.10", false, false)]
    [InlineData("gpt-5.2-chat-latest", false, false)]
    [InlineData("gpt-5-codex", true, true)]
    [InlineData("codex-mini-latest", true, true)]
    [InlineData("o3-pro", true, true)]
    [InlineData("o4-mini-deep-research", true, true)]
    [InlineData("my-deployment", false, false)]
    public void A_model_that_chat_completions_refuse_is_asked_through_Responses(string model, bool always, bool withTools)
    {
        Assert.Equal(always, ResponsesModels.Needs(model, Chat));
        Assert.Equal(withTools, ResponsesModels.Needs(model, WithTools));
        Assert.Equal(always, ResponsesModels.Needs(model, WithTools with { Reasoning = new ReasoningRequest(false, ReasoningEffort.None) }));
        Assert.Equal(withTools, ResponsesModels.Needs(model, WithTools with { Reasoning = new ReasoningRequest(true, ReasoningEffort.Low) }));
        Assert.Equal(always ? "responses" : "chat/completions", Dialect.Send(Chat, model).Path);
        Assert.Equal(withTools ? "responses" : "chat/completions", Dialect.Send(WithTools, model).Path);
        Assert.IsType(withTools ? typeof(OpenAIResponsesOutbound) : typeof(OpenAIChatOutbound), Dialect.For(WithTools, model));
        Assert.Equal("responses", Dialect.Send(Chat with { Family = "openai.responses" }, model).Path);
    }

    [Fact]
    public void What_the_chosen_dialect_says_of_itself_holds()
    {
        var chat = Dialect.For(Chat, "gpt-5.2");
        var responses = Dialect.For(WithTools, "gpt-5.2");
        var file = new DocumentPart(new LinkedMedia("https://example.com/a.pdf"), null);
        Assert.Equal((false, true), (chat.FetchesLink(file, "gpt-5.2"), responses.FetchesLink(file, "gpt-5.2")));
        Assert.Equal((false, true), (chat.GivesState, responses.GivesState));
        Assert.True(Dialect.FetchesLink(file, "gpt-5.2"));
        Assert.True(Dialect.GivesState);
        Assert.Equal((ToolNameRule.OpenAI, ToolNameRule.OpenAI, ToolNameRule.OpenAI), (Dialect.ToolNames, chat.ToolNames, responses.ToolNames));
        Assert.Equal((true, false), (Dialect.TakesPromptLists("davinci-002"), Dialect.TakesPromptLists("gpt-4.1")));
        Assert.Equal(("models", null), (Dialect.ModelListPath, WithoutList.ModelListPath));
        Assert.Equal(2048, Dialect.EmbeddingLimits.MostInputs);
        Assert.Equal("openai", Dialect.Name);
    }

    [Fact]
    public void Only_the_clients_own_dialect_passes_through()
    {
        var source = """{"model":"m"}"""u8.ToArray();
        Assert.Equal("chat/completions", Dialect.TryPassThrough(Chat with { Source = source }, "gpt-5.2")?.Path);
        Assert.Equal("responses", Dialect.TryPassThrough(Chat with { Source = source, Family = "openai.responses" }, "gpt-5.2")?.Path);
        Assert.Null(Dialect.TryPassThrough(WithTools with { Source = source }, "gpt-5.2"));
    }

    [Fact]
    public void Text_is_continued_where_the_model_can()
    {
        var request = Chat with { Completion = new TextCompletion("Once", null, false) };
        Assert.Equal(["completions", "chat/completions", "responses"], ((string[])["davinci-002", "gpt-4.1", "gpt-5-codex"]).Select(model => Dialect.Send(request, model).Path));
    }

    [Fact]
    public void Counts_are_those_of_Responses()
    {
        Assert.Equal("responses/input_tokens", Dialect.WriteTokenCount(Chat, "gpt-4.1", new LossReport())?.Path);
        Assert.Equal(3, Dialect.ReadTokenCount("""{"object":"response.input_tokens","input_tokens":3}"""u8.ToArray()));
    }

    [Fact]
    public void A_refused_call_is_amended_by_whoever_wrote_it()
    {
        var refusal = GatewayError.Invalid("stream_options", "stream_options is unknown");
        var body = """{"model":"up","stream":true,"stream_options":{}}"""u8.ToArray();
        Assert.Equal("""{"model":"up","stream":true}""", Json.Parse(Dialect.Amend(new UpstreamCall("chat/completions", body) { Model = "up" }, refusal)!.Body).GetRawText());
        Assert.Null(Dialect.Amend(new UpstreamCall("responses", body) { Model = "up" }, refusal));
    }

    [Fact]
    public void A_deployment_is_asked_by_its_name_as_the_model_behind_it()
    {
        IOutboundDialect dialect = new BaseModelOutbound(WithoutList, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Prod"] = "gpt-5.2", ["text"] = "davinci-002" });
        var sent = dialect.Send(Chat with { Sampling = new Sampling { Temperature = 0.5, MaxOutputTokens = 9 } }, "prod");
        Assert.Equal("""{"model":"prod","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9}""", sent.Body.GetRawText());
        Assert.Equal([new Loss("temperature", LossAction.Dropped)], sent.Losses);
        Assert.Equal("prod", dialect.Write(Chat, "prod", new LossReport()).Model);
        Assert.Equal(("responses", "prod"), (dialect.Send(WithTools, "prod").Path, dialect.For(WithTools, "prod").Send(WithTools, "prod").Body.Text("model")));
        Assert.Equal((false, true), (dialect.For(Chat, "prod").GivesState, dialect.For(WithTools, "prod").GivesState));
        Assert.Equal("""{"model":"prod"}""", System.Text.Encoding.UTF8.GetString(dialect.TryPassThrough(Chat with { Source = """{"model":"m"}"""u8.ToArray() }, "prod")!.Body.Span));
        Assert.Equal(("completions", true), (dialect.Send(Chat with { Completion = new TextCompletion("a", null, false) }, "text").Path, dialect.TakesPromptLists("text")));
        Assert.Equal("prod", Json.Parse(dialect.WriteTokenCount(Chat, "prod", new LossReport())!.Body).Text("model"));
        Assert.Equal("prod", Json.Parse(dialect.WriteEmbeddings(new EmbeddingRequest("m", ["a"], null), "prod", new LossReport()).Body).Text("model"));
        // Any other name is taken for a model's own.
        Assert.Equal("gpt-4.1", dialect.Send(WithTools, "gpt-4.1").Body.Text("model"));
        Assert.Equal((null, 2048), (dialect.ModelListPath, dialect.EmbeddingLimits.MostInputs));
        var amended = dialect.Amend(new UpstreamCall("chat/completions", """{"stream_options":{}}"""u8.ToArray()) { Model = "prod" }, GatewayError.Invalid("stream_options", "unknown"));
        Assert.Equal("prod", amended?.Model);
    }
}
