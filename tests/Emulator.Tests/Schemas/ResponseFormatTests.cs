using System.Text.Json;
using Dragoman.Emulator.Schemas;
using Xunit;

namespace Dragoman.Emulator.Tests.Schemas;

public sealed class ResponseFormatTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    [Fact]
    public async Task Json_object_gives_an_object()
    {
        var (said, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hi \"you\"", ",\"response_format\":{\"type\":\"json_object\"}"));
        var answer = RunningEmulator.Parse(said.Text);
        Assert.Equal(JsonValueKind.Object, answer.ValueKind);
        Assert.Equal("Hi \"you\"", answer.GetProperty("you_said").GetString());
        Assert.Equal(said, stream);
    }

    [Fact]
    public async Task Json_schema_gives_an_instance_of_it()
    {
        const string Schema =
            """{"type":"object","properties":{"name":{"type":"string"},"tags":{"type":"array","items":{"enum":["a","b"]},"minItems":1}},"required":["name","tags"],"additionalProperties":false}""";
        var (said, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hi",
            $$$""","response_format":{"type":"json_schema","json_schema":{"name":"thing","strict":true,"schema":{{{Schema}}}}}"""));
        Assert.True(SchemaValidation.Accepts(RunningEmulator.Parse(Schema), RunningEmulator.Parse(said.Text)), said.Text);
        Assert.Equal(said, stream);
    }
}
