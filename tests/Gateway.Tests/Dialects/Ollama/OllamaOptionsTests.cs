using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Mistral;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

/// <summary>The translation of Ollama's options and of think for each provider (specs/ollama.md 5.1, 5.2).</summary>
public sealed class OllamaOptionsTests
{
    private const string Everything = """
        {"temperature":3,"top_p":1.5,"top_k":40,"min_p":0.05,"typical_p":0.9,"repeat_penalty":1.1,"repeat_last_n":64,"presence_penalty":3,
        "frequency_penalty":-3,"seed":7,"num_predict":10,"stop":"x","num_ctx":4096,"num_keep":5,"mirostat":1,"mirostat_tau":0.8,"tfs_z":1,
        "penalize_newline":true,"low_vram":true,"numa":false,"num_gpu":1,"think":true,"keep_alive":"5m","of its own":{"a":[1]}}
        """;

    private static readonly OllamaChat Chat = new();

    private static ChatRequest Read(string members) =>
        Chat.Read(Json.Parse($"{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"hi\"}}],\"stream\":false,{members}}}"), RequestContext.Bare);

    private static Sent Send(string target, string members)
    {
        var (provider, model) = target.Split('/') is [var first, var second] ? (first, second) : (target, "some-model");
        IOutboundDialect outbound = provider switch
        {
            "mistral" => new MistralOutbound(),
            "openai" => new OpenAIChatOutbound(server: null),
            "lmstudio" => new OpenAIChatOutbound(CompatibleServer.LMStudio),
            "vllm" => new OpenAIChatOutbound(CompatibleServer.VLLM),
            "mistralrs" => new OpenAIChatOutbound(CompatibleServer.MistralRs),
            "ollama" => new OpenAIChatOutbound(CompatibleServer.Ollama),
            _ => new OpenAIChatOutbound(CompatibleServer.Generic),
        };
        return outbound.Send(Read(members), model);
    }

    /// <summary>The members after model and messages, as JSON.</summary>
    private static string Said(Sent sent) =>
        string.Join(',', sent.Body.EnumerateObject().Where(member => member.Name is not ("model" or "messages")).Select(member => $"{member.Name}:{member.Value.GetRawText()}"));

    private static string Told(Sent sent) =>
        string.Join(',', sent.Losses.OrderBy(loss => loss.Field, StringComparer.Ordinal).Select(loss => $"{loss.Field}={loss.Action.ToString().ToLowerInvariant()}"));

    [Theory]
    [InlineData(
        "mistral",
        "temperature:1.5,top_p:1,max_tokens:10,stop:[\"x\"],random_seed:7,presence_penalty:2,frequency_penalty:-2",
        "frequency_penalty=clamped,min_p=dropped,presence_penalty=clamped,repeat_penalty=dropped,temperature=clamped,top_k=dropped,top_p=clamped")]
    [InlineData(
        "openai/gpt-4.1",
        "temperature:2,top_p:1,presence_penalty:2,frequency_penalty:-2,seed:7,max_completion_tokens:10,stop:[\"x\"]",
        "frequency_penalty=clamped,min_p=dropped,presence_penalty=clamped,repeat_penalty=dropped,temperature=clamped,top_k=dropped,top_p=clamped")]
    [InlineData(
        "openai/o3",
        "seed:7,max_completion_tokens:10",
        "frequency_penalty=dropped,min_p=dropped,presence_penalty=dropped,repeat_penalty=dropped,stop=emulated,temperature=dropped,top_k=dropped,top_p=dropped")]
    [InlineData("lmstudio", "temperature:3,top_p:1.5,presence_penalty:3,frequency_penalty:-3,top_k:40,repeat_penalty:1.1,seed:7,max_tokens:10,stop:[\"x\"]", "min_p=dropped")]
    [InlineData("vllm", "temperature:3,top_p:1.5,presence_penalty:3,frequency_penalty:-3,top_k:40,min_p:0.05,repetition_penalty:1.1,seed:7,max_tokens:10,stop:[\"x\"]", "")]
    [InlineData("mistralrs", "temperature:3,top_p:1.5,presence_penalty:3,frequency_penalty:-3,top_k:40,min_p:0.05,repetition_penalty:1.1,max_tokens:10,stop:[\"x\"]", "seed=dropped")]
    [InlineData("ollama", "temperature:3,top_p:1.5,presence_penalty:3,frequency_penalty:-3,seed:7,max_tokens:10,stop:[\"x\"]", "min_p=dropped,repeat_penalty=dropped,top_k=dropped")]
    [InlineData("generic", "temperature:3,top_p:1.5,presence_penalty:3,frequency_penalty:-3,top_k:40,min_p:0.05,repeat_penalty:1.1,seed:7,max_tokens:10,stop:[\"x\"]", "")]
    public void Each_option_goes_where_it_is_known(string target, string said, string told)
    {
        var sent = Send(target, $"\"options\":{Everything}");
        Assert.Equal((said, told), (Said(sent), Told(sent)));
    }

    [Theory]
    [InlineData("mistral")]
    [InlineData("openai/gpt-4.1")]
    [InlineData("lmstudio")]
    [InlineData("generic")]
    public void What_means_off_is_not_said(string target)
    {
        foreach (var options in (string[])["{}", "null", """{"top_k":0,"min_p":0,"seed":-1,"num_predict":-1,"stop":null,"temperature":null}""", """{"top_k":-1,"num_predict":-2,"stop":[]}"""])
        {
            var sent = Send(target, $"\"options\":{options}");
            Assert.Equal(("", ""), (Said(sent), Told(sent)));
        }
    }

    [Theory]
    [InlineData("temperature", "\"0.7\"", "type float32")]
    [InlineData("top_p", "true", "type float32")]
    [InlineData("min_p", "[]", "type float32")]
    [InlineData("repeat_penalty", "{}", "type float32")]
    [InlineData("presence_penalty", "\"1\"", "type float32")]
    [InlineData("frequency_penalty", "\"1\"", "type float32")]
    [InlineData("top_k", "\"40\"", "type integer")]
    [InlineData("seed", "\"7\"", "type integer")]
    [InlineData("num_predict", "\"10\"", "type integer")]
    [InlineData("stop", "7", "type array")]
    [InlineData("stop", "[\"a\",7]", "an array of strings")]
    public void A_wrong_type_is_told_in_Ollamas_words(string option, string value, string type)
    {
        var error = Assert.Throws<GatewayException>(() => Read($"\"options\":{{\"{option}\":{value}}}")).Error;
        Assert.Equal((400, $"option \"{option}\" must be of {type}", $"options.{option}"), (error.Status, error.Message, error.Field));
    }

    [Fact]
    public void A_format_among_the_options_counts_where_none_is_given_beside_them()
    {
        Assert.Equal(OutputFormatKind.JsonObject, Read("\"options\":{\"format\":\"json\"}").Format?.Kind);
        Assert.Equal("{\"type\":\"object\"}", Read("\"options\":{\"format\":{\"type\":\"object\"}}").Format?.Schema);
        Assert.Equal(OutputFormatKind.JsonSchema, Read("\"format\":{},\"options\":{\"format\":\"json\"}").Format?.Kind);
        Assert.Null(Read("\"options\":{\"format\":\"\"}").Format);
        Assert.Null(Read("\"options\":{\"format\":7}").Format);
    }

    [Theory]
    [InlineData("mistral/mistral-small-latest", "", "reasoning_effort:\"high\"", "reasoning_effort:\"none\"", "reasoning_effort:\"high\"", "reasoning_effort:\"high\"")]
    [InlineData("mistral/magistral-small-latest", "", "prompt_mode:\"reasoning\"", "", "prompt_mode:\"reasoning\"", "prompt_mode:\"reasoning\"")]
    [InlineData("openai/gpt-4.1", "", "", "", "", "")]
    [InlineData("openai/o3", "", "", "", "reasoning_effort:\"low\"", "reasoning_effort:\"high\"")]
    [InlineData("openai/gpt-5", "", "", "reasoning_effort:\"minimal\"", "reasoning_effort:\"low\"", "reasoning_effort:\"high\"")]
    [InlineData("openai/gpt-5.4", "", "", "reasoning_effort:\"none\"", "reasoning_effort:\"low\"", "reasoning_effort:\"xhigh\"")]
    [InlineData("lmstudio", "", "", "reasoning_effort:\"none\"", "reasoning_effort:\"low\"", "reasoning_effort:\"high\"")]
    [InlineData("vllm", "", "", "chat_template_kwargs:{\"enable_thinking\":false}", "reasoning_effort:\"low\"", "reasoning_effort:\"high\"")]
    [InlineData("mistralrs", "", "", "enable_thinking:false", "reasoning_effort:\"low\"", "reasoning_effort:\"high\"")]
    [InlineData("ollama", "", "", "reasoning_effort:\"none\"", "reasoning_effort:\"low\"", "reasoning_effort:\"max\"")]
    [InlineData("generic", "", "", "reasoning_effort:\"none\"", "reasoning_effort:\"low\"", "reasoning_effort:\"max\"")]
    public void Think_is_said_in_the_words_of_provider_and_model(string target, string absent, string on, string off, string low, string max) => Assert.Equal(
        [absent, on, off, low, max],
        ((string[])["null", "true", "false", "\"low\"", "\"max\""]).Select(think => Said(Send(target, $"\"think\":{think}"))));

    [Fact]
    public void A_model_that_cannot_reason_tells_that_it_was_asked_to() =>
        Assert.Equal([new Loss("reasoning", LossAction.Dropped)], Send("openai/gpt-4.1", "\"think\":true").Losses);
}
