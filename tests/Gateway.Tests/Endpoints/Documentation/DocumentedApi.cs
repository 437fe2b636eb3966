using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Endpoints.Documentation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Endpoints.Documentation;

/// <summary>The document that the gateway serves, read as a client generator reads it.</summary>
internal static class DocumentedApi
{
    private const string ComponentSchemas = "#/components/schemas/";

    public static JsonElement Document { get; } = JsonDocument.Parse(OpenApiDocument.Json).RootElement;

    public static IEnumerable<DocumentedOperation> Operations =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from member in path.Value.EnumerateObject()
        where member.Name != "parameters"
        select new DocumentedOperation(path.Name, member.Name.ToUpperInvariant(), path.Value, member.Value);

    /// <summary>The part of the document that a reference points to. Null when there is none.</summary>
    public static JsonElement? Resolve(string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return null;
        var found = Document;
        foreach (var step in reference[2..].Split('/'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(step, out found))
                return null;
        }

        return found;
    }

    /// <summary>A schema that can be used without the document, because it includes the document's components.</summary>
    /// <param name="schema">A schema of the document.</param>
    /// <param name="closed">Whether objects may hold only what is documented.</param>
    public static AnswerSchema Compile(JsonElement schema, bool closed)
    {
        var root = new JsonObject
        {
            ["$ref"] = "#/$defs/whole",
            ["$defs"] = new JsonObject(Document.GetProperty("components").GetProperty("schemas").EnumerateObject()
                .Select(component => KeyValuePair.Create(component.Name, JsonNode.Parse(component.Value.GetRawText())))
                .Append(KeyValuePair.Create("whole", JsonNode.Parse(schema.GetRawText())))),
        };
        Prepare(root, closed);
        return AnswerSchema.Parse(root.ToJsonString());
    }

    private static void Prepare(JsonNode? node, bool closed)
    {
        switch (node)
        {
            case JsonObject schema:
                if (schema["$ref"] is JsonValue reference && reference.GetValue<string>().StartsWith(ComponentSchemas, StringComparison.Ordinal))
                    schema["$ref"] = "#/$defs/" + reference.GetValue<string>()[ComponentSchemas.Length..];
                if (closed && schema["properties"] is JsonObject && schema["type"] is not null && !schema.ContainsKey("additionalProperties"))
                    schema["additionalProperties"] = false;
                foreach (var member in schema.ToList())
                    Prepare(member.Value, closed);
                break;
            case JsonArray list:
                foreach (var item in list)
                    Prepare(item, closed);
                break;
        }
    }
}

internal sealed record DocumentedOperation(string Path, string Method, JsonElement PathItem, JsonElement Operation)
{
    public string Id => Operation.GetProperty("operationId").GetString()!;

    public override string ToString() => $"{Method} {Path}";

    public JsonElement? RequestBody =>
        Operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json") : null;

    public IEnumerable<JsonElement> Parameters =>
        new[] { PathItem, Operation }.SelectMany(owner => owner.TryGetProperty("parameters", out var list) ? list.EnumerateArray() : Enumerable.Empty<JsonElement>());

    /// <summary>Every answer for which the operation has an example.</summary>
    public IEnumerable<DocumentedAnswer> Answers =>
        from answer in Operation.GetProperty("responses").EnumerateObject()
        where answer.Value.TryGetProperty("content", out _)
        from content in answer.Value.GetProperty("content").EnumerateObject()
        where content.Value.TryGetProperty("examples", out _)
        from example in content.Value.GetProperty("examples").EnumerateObject()
        select new DocumentedAnswer(example.Name, int.Parse(answer.Name, System.Globalization.CultureInfo.InvariantCulture), content.Name, content.Value, answer.Value.GetProperty("headers"), example.Value.GetProperty("value"));

    public HttpRequestMessage Request(string example)
    {
        var path = Operation.TryGetProperty("x-path-example", out var whole) ? whole.GetString()! : Path;
        var request = new HttpRequestMessage { Method = new HttpMethod(Method) };
        foreach (var parameter in Parameters)
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (parameter.GetProperty("in").GetString() == "path")
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(parameter.GetProperty("example").GetString()!), StringComparison.Ordinal);
            else if (!parameter.TryGetProperty("examples", out var examples) || !examples.TryGetProperty(example, out var value))
                continue;
            else if (parameter.GetProperty("in").GetString() == "query")
                path = $"{path}{(path.Contains('?') ? '&' : '?')}{name}={value.GetProperty("value").GetString()}";
            else
                request.Headers.Add(name, value.GetProperty("value").GetString());
        }

        request.RequestUri = new Uri(path, UriKind.Relative);
        if (RequestBody is { } body)
            request.Content = new StringContent(body.GetProperty("examples").GetProperty(example).GetProperty("value").GetRawText(), System.Text.Encoding.UTF8, "application/json");
        return request;
    }
}

/// <param name="Name">The name of the example. Its request has the same name.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="MediaType">The answer's media type.</param>
/// <param name="Content">OpenAPI's media type object.</param>
/// <param name="Headers">OpenAPI's header objects.</param>
/// <param name="Value">The example.</param>
internal sealed record DocumentedAnswer(string Name, int Status, string MediaType, JsonElement Content, JsonElement Headers, JsonElement Value)
{
    public bool IsStream => Content.TryGetProperty("x-item-schema", out _);

    /// <summary>The first mismatch of a real answer's body. Null when there is none.</summary>
    public string? FindMismatch(string body)
    {
        var schema = DocumentedApi.Compile(IsStream ? Content.GetProperty("x-item-schema") : Content.GetProperty("schema"), closed: true);
        if (!IsStream)
            return schema.FindMismatch(MediaType is "application/json" or "application/problem+json" ? Utf8(body) : JsonSerializer.SerializeToUtf8Bytes(body))?.ToString();
        var items = Items(body).ToList();
        return items.Count == 0 ? "the stream is empty" : items.Select(item => schema.FindMismatch(Utf8(item))?.ToString()).FirstOrDefault(mismatch => mismatch is not null);
    }

    private IEnumerable<string> Items(string body) => MediaType == "text/event-stream"
        ? body.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..]).Where(data => data != "[DONE]")
        : body.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
