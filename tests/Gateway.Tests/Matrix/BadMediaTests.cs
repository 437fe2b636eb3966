using Dragoman.Gateway.Tests.Dialects;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Every member with inline bytes, in every client's dialect, must hold base64. Otherwise the error names the member.</summary>
public sealed class BadMediaTests
{
    private const string Chat = """{"model":"m","messages":[{"role":"user","content":[PART]}]}""";
    private const string Responses = """{"model":"m","input":[{"role":"user","content":[PART]}]}""";
    private const string ResponsesResult = """{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[PART]}]}""";
    private const string Messages = """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[PART]}]}""";
    private const string MessagesResult = """
        {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[PART]}]}]}
        """;

    /// <summary>The dialect, the request, the part with its data, and the member that holds the data.</summary>
    public static TheoryData<string, string, string, string> Carriers => new()
    {
        { "chat", Chat, """{"type":"image_url","image_url":{"url":"data:image/png;base64,DATA"}}""", "messages[0].content[0].image_url.url" },
        { "chat", Chat, """{"type":"image_url","image_url":"data:image/png;base64,DATA"}""", "messages[0].content[0].image_url" },
        { "chat", Chat, """{"type":"input_audio","input_audio":{"format":"wav","data":"DATA"}}""", "messages[0].content[0].input_audio.data" },
        { "chat", Chat, """{"type":"file","file":{"file_data":"data:application/pdf;base64,DATA"}}""", "messages[0].content[0].file.file_data" },
        { "chat", Chat, """{"type":"file","file":{"file_data":"DATA"}}""", "messages[0].content[0].file.file_data" },
        { "responses", Responses, """{"type":"input_image","image_url":"data:image/png;base64,DATA"}""", "input[0].content[0].image_url" },
        { "responses", Responses, """{"type":"input_audio","input_audio":{"format":"wav","data":"DATA"}}""", "input[0].content[0].input_audio.data" },
        { "responses", Responses, """{"type":"input_file","file_data":"data:application/pdf;base64,DATA"}""", "input[0].content[0].file_data" },
        { "responses", ResponsesResult, """{"type":"input_image","image_url":"data:image/png;base64,DATA"}""", "input[1].output[0].image_url" },
        { "messages", Messages, """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}""", "messages[0].content[0].source.data" },
        { "messages", Messages, """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"DATA"}}""", "messages[0].content[0].source.data" },
        { "messages", Messages, """{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}]}}""", "messages[0].content[0].source.content[0].source.data" },
        { "messages", MessagesResult, """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}""", "messages[2].content[0].content[0].source.data" },
        { "ollama chat", """{"model":"m","messages":[{"role":"user","content":"q","images":["PART"]}]}""", "DATA", "messages[0].images[0]" },
        { "ollama generate", """{"model":"m","prompt":"q","images":["PART"]}""", "DATA", "images[0]" },
    };

    [Theory]
    [MemberData(nameof(Carriers))]
    public void What_is_not_base64_is_refused_by_its_name_and_white_space_is_taken_out(string client, string request, string part, string field)
    {
        var dialect = ClientDialect.Named(client).Dialect;
        foreach (var wrong in (string[])["", "AAA", "AAA=A", "not base64!", "AAAA-___", @"AAA\u0000", @"AA\u202eA", "ÄÄÄÄ", "=AAA"])
            dialect.Refuses(With(wrong), field);

        // A PNG's first bytes, unchanged and split into lines.
        dialect.Read(With("iVBORw0KGgoAAAAN"));
        Assert.DoesNotContain(dialect.Read(With(@"iVBORw0K\r\nGgoA \tAAAN\n")).Turns.SelectMany(turn => turn.Parts), part => part.ToString().AsSpan().ContainsAny("\r\n\t"));

        string With(string data) => request.Replace("PART", part, StringComparison.Ordinal).Replace("DATA", data, StringComparison.Ordinal);
    }
}
