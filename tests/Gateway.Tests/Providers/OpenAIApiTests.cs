using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Locales;
using Dragoman.Providers;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class OpenAIApiTests
{
    private static readonly OpenAIApi Api = new(new OpenAIChatOutbound(null));
    private static readonly OpenAIApi WithoutList = new(new OpenAIChatOutbound(null), listsModels: false);

    private static readonly ChatRequest Chat = new ChatRequest { Model = "m", Turns = [Turn.Of(Role.User, "hi")] }.From("openai");
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
        Assert.Equal(always ? "responses" : "chat/completions", Send(Chat, model).Path);
        Assert.Equal(withTools ? "responses" : "chat/completions", Send(WithTools, model).Path);
        Assert.IsType(withTools ? typeof(OpenAIResponsesOutbound) : typeof(OpenAIChatOutbound), Api.For(WithTools, model));
        Assert.Equal("responses", Send(Chat with { Family = "openai.responses" }, model).Path);
    }

    [Fact]
    public void What_the_chosen_dialect_says_of_itself_holds()
    {
        var chat = Api.For(Chat, "gpt-5.2");
        var responses = Api.For(WithTools, "gpt-5.2");
        var file = new DocumentPart(new LinkedMedia("https://example.com/a.pdf"), null);
        Assert.Equal((false, true), (chat.TraitsOf("gpt-5.2").FetchesLink(file), responses.TraitsOf("gpt-5.2").FetchesLink(file)));
        Assert.Equal((false, true), (chat.TraitsOf("gpt-5.2").GivesState, responses.TraitsOf("gpt-5.2").GivesState));
        Assert.Equal((ToolNameRule.OpenAI, ToolNameRule.OpenAI), (chat.TraitsOf("gpt-5.2").ToolNames, responses.TraitsOf("gpt-5.2").ToolNames));
        Assert.Equal((true, false), (chat.TraitsOf("davinci-002").TakesPromptLists, chat.TraitsOf("gpt-4.1").TakesPromptLists));
        Assert.Equal(("models", null), (Api.ModelList?.ModelListPath, WithoutList.ModelList?.ModelListPath));
        Assert.Equal(2048, Api.Embeddings?.EmbeddingLimits.MostInputs);
        Assert.Equal("openai", Api.Name);
    }

    [Fact]
    public void Only_the_clients_own_dialect_passes_through()
    {
        var source = """{"model":"m"}"""u8.ToArray();
        Assert.Equal("chat/completions", TryPassThrough(Chat with { Source = JsonMembers.TryRead(source) }, "gpt-5.2")?.Path);
        Assert.Equal("responses", TryPassThrough(Chat with { Source = JsonMembers.TryRead(source), Family = "openai.responses" }, "gpt-5.2")?.Path);
        Assert.Null(TryPassThrough(WithTools with { Source = JsonMembers.TryRead(source) }, "gpt-5.2"));
    }

    [Fact]
    public void Text_is_continued_where_the_model_can()
    {
        var request = Chat with { Completion = new TextCompletion("Once", null, false) };
        Assert.Equal(["completions", "chat/completions", "responses"], ((string[])["davinci-002", "gpt-4.1", "gpt-5-codex"]).Select(model => Send(request, model).Path));
    }

    [Fact]
    public void Counts_are_those_of_Responses()
    {
        Assert.Equal("responses/input_tokens", Api.TokenCounts.WriteTokenCount(Chat, "gpt-4.1", new LossReport()).Path);
        Assert.Equal(3, Api.TokenCounts.ReadTokenCount("""{"object":"response.input_tokens","input_tokens":3}"""u8.ToArray()));
    }

    [Fact]
    public void A_refused_call_is_amended_by_whoever_wrote_it()
    {
        var refusal = GatewayError.Invalid("stream_options", Wording.Verbatim("stream_options is unknown"));
        var body = """{"model":"up","stream":true,"stream_options":{}}"""u8.ToArray();
        Assert.Equal("""{"model":"up","stream":true}""", Json.Parse(Api.Amend(new UpstreamCall("chat/completions", body) { Model = "up" }, refusal)!.Body).GetRawText());
        Assert.Null(Api.Amend(new UpstreamCall("responses", body) { Model = "up" }, refusal));
    }

    [Fact]
    public void A_deployment_is_asked_by_its_name_as_the_model_behind_it()
    {
        var prod = new UpstreamModel("prod", "gpt-5.2");
        var text = new UpstreamModel("text", "davinci-002");
        var sent = Api.For(Chat, prod).Send(Chat with { Sampling = new Sampling { Temperature = 0.5, MaxOutputTokens = 9 } }, prod);
        Assert.Equal("""{"model":"prod","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9}""", sent.Body.GetRawText());
        Assert.Equal([new Loss("temperature", LossAction.Dropped)], sent.Losses);
        Assert.Equal("prod", Api.For(Chat, prod).Write(Chat, prod, new LossReport()).Model);
        var responses = Api.For(WithTools, prod);
        Assert.Equal(("responses", "prod"), (responses.Send(WithTools, prod).Path, responses.Send(WithTools, prod).Body.Text("model")));
        Assert.Equal((false, true), (Api.For(Chat, prod).TraitsOf(prod).GivesState, responses.TraitsOf(prod).GivesState));
        Assert.Equal("""{"model":"prod"}""", System.Text.Encoding.UTF8.GetString(Api.For(Chat, prod).TryPassThrough(Chat with { Source = JsonMembers.TryRead("""{"model":"m"}"""u8.ToArray()) }, prod)!.Body.Span));
        Assert.Equal(("completions", true), (Api.For(Chat, text).Send(Chat with { Completion = new TextCompletion("a", null, false) }, text).Path, Api.For(Chat, text).TraitsOf(text).TakesPromptLists));
        Assert.Equal("prod", Json.Parse(Api.TokenCounts.WriteTokenCount(Chat, prod, new LossReport()).Body).Text("model"));
        Assert.Equal("prod", Json.Parse(Api.Embeddings!.WriteEmbeddings(new EmbeddingRequest("m", ["a"], null), prod, new LossReport()).Body).Text("model"));
        var amended = Api.Amend(new UpstreamCall("chat/completions", """{"stream_options":{}}"""u8.ToArray()) { Model = "prod" }, GatewayError.Invalid("stream_options", Wording.Verbatim("unknown")));
        Assert.Equal("prod", amended?.Model);
    }

    private static Sent Send(ChatRequest request, string model) => Api.For(request, model).Send(request, model);

    private static UpstreamCall? TryPassThrough(ChatRequest request, string model) => Api.For(request, model).TryPassThrough(request, model);
}
