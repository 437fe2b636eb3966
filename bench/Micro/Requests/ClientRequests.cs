using System.Text;

namespace Dragoman.Micro.Requests;

/// <summary>The same three requests in each client's dialect (specs/dialects.md 1).</summary>
internal static class ClientRequests
{
    private const int Rounds = 5;
    private const int Tools = 8;
    private const int PictureBytes = 1024 * 1024;

    private const string System = "You are a helpful assistant. Answer briefly, and say so when you do not know.";
    private const string Question = "What will the weather be like in the city of Rome tomorrow, and what should I wear?";
    private const string Answer = "It will be sunny with a light wind from the west; a \\\"T-shirt\\\" is enough.\\n\\nTake a jacket for the evening.";
    private const string Result = "{\\\"temperature\\\":18,\\\"unit\\\":\\\"c\\\",\\\"wind\\\":\\\"west\\\",\\\"sky\\\":\\\"clear\\\"}";
    private const string Arguments = """{"city":"Rome","days":2,"unit":"c"}""";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","description":"The name of the city"},"days":{"type":"integer","description":"How many days ahead"},"unit":{"type":"string","enum":["c","f"]}},"required":["city"]}""";

    private static readonly string Quoted = Arguments.Replace("\"", "\\\"", StringComparison.Ordinal);
    private static readonly string Picture = Convert.ToBase64String([0x89, .. "PNG\r\n\x1a\n"u8, .. new byte[PictureBytes]]);

    /// <summary>A request, or null when the dialect has no such request.</summary>
    /// <param name="client">The client's name in the matrix.</param>
    /// <param name="size">One of the three sizes.</param>
    public static byte[]? Of(string client, RequestSize size)
    {
        var json = client switch
        {
            "OpenAI chat" => OpenAIChat(size),
            "OpenAI completions" => size == RequestSize.Small ? $$"""{"model":"m","prompt":"{{Question}}","temperature":0.5,"max_tokens":100,"stream":true}""" : null,
            "OpenAI Responses" => OpenAIResponses(size),
            "Anthropic" => Anthropic(size),
            "Ollama generate" => OllamaGenerate(size),
            _ => OllamaChat(size),
        };
        return json is null ? null : Encoding.UTF8.GetBytes(json);
    }

    private static string OpenAIChat(RequestSize size)
    {
        var user = size == RequestSize.Picture
            ? $$$"""{"role":"user","content":[{"type":"text","text":"{{{Question}}}"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Picture}}}"}}]}"""
            : $$"""{"role":"user","content":"{{Question}}"}""";
        var turns = Turns(size, user, id =>
        [
            $$$"""{"role":"assistant","content":null,"tool_calls":[{"id":"{{{id}}}","type":"function","function":{"name":"tool_1","arguments":"{{{Quoted}}}"}}]}""",
            $$"""{"role":"tool","tool_call_id":"{{id}}","content":"{{Result}}"}""",
            $$"""{"role":"assistant","content":"{{Answer}}"}""",
        ]);
        var tools = ToolList(size, name => $$$"""{"type":"function","function":{"name":"{{{name}}}","description":"Tells the weather of the next days","parameters":{{{Schema}}}}}""");
        return $$$"""{"model":"m","messages":[{"role":"system","content":"{{{System}}}"},{{{turns}}}]{{{tools}}},"temperature":0.5,"stream":true,"stream_options":{"include_usage":true}}""";
    }

    private static string OpenAIResponses(RequestSize size)
    {
        var picture = size == RequestSize.Picture ? $$""",{"type":"input_image","detail":"auto","image_url":"data:image/png;base64,{{Picture}}"}""" : "";
        var user = $$"""{"role":"user","content":[{"type":"input_text","text":"{{Question}}"}{{picture}}]}""";
        var turns = Turns(size, user, id =>
        [
            $$"""{"type":"function_call","call_id":"{{id}}","name":"tool_1","arguments":"{{Quoted}}"}""",
            $$"""{"type":"function_call_output","call_id":"{{id}}","output":"{{Result}}"}""",
            $$"""{"role":"assistant","content":[{"type":"output_text","text":"{{Answer}}","annotations":[]}]}""",
        ]);
        var tools = ToolList(size, name => $$"""{"type":"function","name":"{{name}}","description":"Tells the weather of the next days","strict":false,"parameters":{{Schema}}}""");
        return $$"""{"model":"m","instructions":"{{System}}","input":[{{turns}}]{{tools}},"stream":true,"store":false}""";
    }

    private static string Anthropic(RequestSize size)
    {
        var picture = size == RequestSize.Picture ? $$$"""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Picture}}}"}},""" : "";
        var user = $$"""{"role":"user","content":[{{picture}}{"type":"text","text":"{{Question}}"}]}""";
        var turns = Turns(size, user, id =>
        [
            $$"""{"role":"assistant","content":[{"type":"tool_use","id":"{{id}}","name":"tool_1","input":{{Arguments}}}]}""",
            $$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{id}}","content":"{{Result}}"}]}""",
            $$"""{"role":"assistant","content":[{"type":"text","text":"{{Answer}}"}]}""",
        ]);
        var tools = ToolList(size, name => $$"""{"name":"{{name}}","description":"Tells the weather of the next days","input_schema":{{Schema}}}""");
        return $$"""{"model":"m","max_tokens":1000,"system":"{{System}}","messages":[{{turns}}]{{tools}},"temperature":0.5,"stream":true}""";
    }

    private static string OllamaChat(RequestSize size)
    {
        var picture = size == RequestSize.Picture ? $",\"images\":[\"{Picture}\"]" : "";
        var user = $$"""{"role":"user","content":"{{Question}}"{{picture}}}""";
        var turns = Turns(size, user, id =>
        [
            $$$"""{"role":"assistant","content":"","tool_calls":[{"id":"{{{id}}}","function":{"name":"tool_1","arguments":{{{Arguments}}}}}]}""",
            $$"""{"role":"tool","tool_call_id":"{{id}}","content":"{{Result}}"}""",
            $$"""{"role":"assistant","content":"{{Answer}}"}""",
        ]);
        var tools = ToolList(size, name => $$$"""{"type":"function","function":{"name":"{{{name}}}","description":"Tells the weather of the next days","parameters":{{{Schema}}}}}""");
        return $$$"""{"model":"m","messages":[{"role":"system","content":"{{{System}}}"},{{{turns}}}]{{{tools}}},"options":{"temperature":0.5}}""";
    }

    private static string? OllamaGenerate(RequestSize size) => size switch
    {
        RequestSize.Small => $$$"""{"model":"m","system":"{{{System}}}","prompt":"{{{Question}}}","options":{"temperature":0.5}}""",
        RequestSize.Picture => $$$"""{"model":"m","system":"{{{System}}}","prompt":"{{{Question}}}","images":["{{{Picture}}}"],"options":{"temperature":0.5}}""",
        _ => null,
    };

    /// <summary>The user's question, in long conversations after many calls, results and answers.</summary>
    private static string Turns(RequestSize size, string user, Func<string, string[]> answers) => size == RequestSize.Long
        ? string.Join(",", Enumerable.Range(0, Rounds).SelectMany(round => (string[])[user, .. answers($"call_{round}")]).Append(user))
        : user;

    private static string ToolList(RequestSize size, Func<string, string> tool) => size == RequestSize.Long
        ? $",\"tools\":[{string.Join(",", Enumerable.Range(1, Tools).Select(number => tool($"tool_{number}")))}]"
        : "";
}
