using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Chat;

public sealed class ChatRefusalTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/v1/chat/completions";

    [Theory]
    [InlineData(",\"seed\":1", "extra_forbidden", "[\"body\",\"seed\"]")]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", "extra_forbidden", "[\"body\",\"stream_options\"]")]
    [InlineData(",\"max_completion_tokens\":1", "extra_forbidden", "[\"body\",\"max_completion_tokens\"]")]
    [InlineData(",\"logit_bias\":{}", "extra_forbidden", "[\"body\",\"logit_bias\"]")]
    [InlineData(",\"temperature\":1.6", "less_than_equal", "[\"body\",\"temperature\"]")]
    [InlineData(",\"temperature\":-0.1", "greater_than_equal", "[\"body\",\"temperature\"]")]
    [InlineData(",\"temperature\":\"hot\"", "float_type", "[\"body\",\"temperature\"]")]
    [InlineData(",\"top_p\":1.1", "less_than_equal", "[\"body\",\"top_p\"]")]
    [InlineData(",\"n\":0", "greater_than_equal", "[\"body\",\"n\"]")]
    [InlineData(",\"n\":1.5", "int_type", "[\"body\",\"n\"]")]
    [InlineData(",\"max_tokens\":-1", "greater_than_equal", "[\"body\",\"max_tokens\"]")]
    [InlineData(",\"stream\":\"yes\"", "bool_type", "[\"body\",\"stream\"]")]
    [InlineData(",\"stop\":5", "string_type", "[\"body\",\"stop\"]")]
    [InlineData(",\"stop\":[1]", "string_type", "[\"body\",\"stop\",0]")]
    [InlineData(",\"presence_penalty\":3", "less_than_equal", "[\"body\",\"presence_penalty\"]")]
    [InlineData(",\"reasoning_effort\":\"max\"", "literal_error", "[\"body\",\"reasoning_effort\"]")]
    [InlineData(",\"response_format\":{\"type\":\"xml\"}", "literal_error", "[\"body\",\"response_format\",\"type\"]")]
    [InlineData(",\"response_format\":{\"type\":\"json_schema\"}", "missing", "[\"body\",\"response_format\",\"json_schema\"]")]
    [InlineData(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}", "missing", "[\"body\",\"response_format\",\"json_schema\",\"schema\"]")]
    [InlineData(",\"tools\":{}", "list_type", "[\"body\",\"tools\"]")]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}]", "missing", "[\"body\",\"tools\",0,\"function\",\"parameters\"]")]
    [InlineData(",\"tools\":[{\"type\":\"web_search\",\"function\":{\"name\":\"a\",\"parameters\":{}}}]", "literal_error", "[\"body\",\"tools\",0,\"type\"]")]
    [InlineData(",\"tool_choice\":\"always\"", "literal_error", "[\"body\",\"tool_choice\"]")]
    public async Task A_wrong_field_is_a_422_that_names_it(string more, string type, string location)
    {
        var (status, body) = await emulator.PostAsync(Path, RunningEmulator.User("hi", more));
        Assert.Equal(422, status);
        Assert.Equal("invalid_request_error", body.GetProperty("type").GetString());
        Assert.Equal(422, body.GetProperty("raw_status_code").GetInt32());
        var detail = Assert.Single(body.GetProperty("message").GetProperty("detail").EnumerateArray().ToArray());
        Assert.Equal(type, detail.GetProperty("type").GetString());
        Assert.Equal(location, detail.GetProperty("loc").GetRawText());
    }

    [Theory]
    [InlineData("{\"role\":\"user\",\"content\":\"hi\",\"name\":\"x\"}", "extra_forbidden", "[\"body\",\"messages\",0,\"name\"]")]
    [InlineData("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{}}]}", "extra_forbidden", "[\"body\",\"messages\",0,\"content\",0,\"cache_control\"]")]
    [InlineData("{\"role\":\"developer\",\"content\":\"hi\"}", "union_tag_invalid", "[\"body\",\"messages\",0]")]
    [InlineData("{\"content\":\"hi\"}", "union_tag_not_found", "[\"body\",\"messages\",0]")]
    [InlineData("{\"role\":\"user\"}", "missing", "[\"body\",\"messages\",0,\"content\"]")]
    [InlineData("{\"role\":\"user\",\"content\":5}", "string_type", "[\"body\",\"messages\",0,\"content\"]")]
    [InlineData("{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}", "union_tag_invalid", "[\"body\",\"messages\",0,\"content\",0]")]
    [InlineData("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}", "missing", "[\"body\",\"messages\",0,\"content\",0,\"image_url\"]")]
    [InlineData("\"hi\"", "dict_type", "[\"body\",\"messages\",0]")]
    public async Task A_wrong_message_is_a_422_that_names_it(string message, string type, string location)
    {
        var (status, body) = await emulator.PostAsync(Path, $$"""{"model":"mistral-small-latest","messages":[{{message}}]}""");
        Assert.Equal(422, status);
        var detail = body.GetProperty("message").GetProperty("detail")[0];
        Assert.Equal(type, detail.GetProperty("type").GetString());
        Assert.Equal(location, detail.GetProperty("loc").GetRawText());
    }

    [Fact]
    public async Task All_that_is_wrong_is_named_at_once()
    {
        var (status, body) = await emulator.PostAsync(Path, """{"temperature":9,"x":1}""");
        Assert.Equal(422, status);
        var types = body.GetProperty("message").GetProperty("detail").EnumerateArray().Select(detail => detail.GetProperty("type").GetString());
        Assert.Equal(["missing", "less_than_equal", "missing", "extra_forbidden"], types);
    }

    [Theory]
    [InlineData("[]", "3230", "Conversation must have at least one message")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]", "3230",
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant")]
    [InlineData("[{\"role\":\"system\",\"content\":\"a\"}]", "3230",
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got system")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"tool\",\"tool_call_id\":\"abcdefghi\",\"content\":\"b\"}]", "3230",
        "Unexpected role 'tool' after role 'user'")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"call_A1b2C3d4E5f6\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"call_A1b2C3d4E5f6\",\"content\":\"b\"}]", "3280",
        "Tool call id was call_A1b2C3d4E5f6 but must be a-z, A-Z, 0-9, with a length of 9.")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"abcdefghi\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"user\",\"content\":\"b\"}]", "3230",
        "Not the same number of function calls and responses")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"abcdefghi\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"ABCDEFGHI\",\"content\":\"b\"}]", "3230",
        "Unexpected tool call id ABCDEFGHI in tool results")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":null},{\"role\":\"user\",\"content\":\"b\"}]", "3240",
        "Assistant message must have either content or tool_calls, but not none.")]
    public async Task A_wrong_order_of_messages_is_a_400_in_Mistrals_words(string messages, string code, string message)
    {
        var (status, body) = await emulator.PostAsync(Path, $$"""{"model":"mistral-small-latest","messages":{{messages}}}""");
        Assert.Equal(400, status);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal(message, body.GetProperty("message").GetString());
        Assert.Equal("error", body.GetProperty("object").GetString());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("param").ValueKind);
    }

    [Theory]
    [InlineData("mistral-small-latest", 200)]
    [InlineData("ministral-8b-latest", 400)]
    public async Task A_user_message_after_a_tool_result_is_refused_by_older_models(string model, int expected)
    {
        var (status, _) = await emulator.PostAsync(Path,
            $$$$"""
            {"model":"{{{{model}}}}","messages":[{"role":"user","content":"a"},
            {"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","index":0,"function":{"name":"f","arguments":{}}}],"prefix":false},
            {"role":"tool","tool_call_id":"abcdefghi","content":"b"},{"role":"user","content":"c"}]}
            """);
        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData("no-such-model", "Invalid model: no-such-model", "1500")]
    [InlineData("mistral-embed", "Invalid model: mistral-embed", "1500")]
    public async Task An_unknown_model_is_a_400(string model, string message, string code)
    {
        var (status, body) = await emulator.PostAsync(Path, RunningEmulator.User("hi", model: model));
        Assert.Equal(400, status);
        Assert.Equal(message, body.GetProperty("message").GetString());
        Assert.Equal("invalid_model", body.GetProperty("type").GetString());
        Assert.Equal(code, body.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(",\"temperature\":0,\"top_p\":0.5", "mistral-small-latest")]
    [InlineData(",\"tool_choice\":\"any\"", "mistral-small-latest")]
    [InlineData(",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"nope\"}}", "mistral-small-latest")]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"bad name\",\"parameters\":{}}}]", "mistral-small-latest")]
    [InlineData(",\"reasoning_effort\":\"high\"", "codestral-latest")]
    public async Task Fields_that_contradict_each_other_or_the_model_are_a_400(string more, string model)
    {
        var (status, body) = await emulator.PostAsync(Path, RunningEmulator.User("hi", more, model));
        Assert.Equal(400, status);
        Assert.Equal(400, body.GetProperty("raw_status_code").GetInt32());
    }

    [Fact]
    public async Task A_model_without_eyes_refuses_images()
    {
        var (status, _) = await emulator.PostAsync(Path,
            """{"model":"codestral-latest","messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://example.com/a.png"}]}]}""");
        Assert.Equal(400, status);
    }
}
