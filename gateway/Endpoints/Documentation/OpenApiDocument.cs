using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Wire;

namespace Dragoman.Endpoints.Documentation;

/// <summary>
/// The OpenAPI 3.1 document of every route in the table: paths, methods and error shapes come from the table; texts, schemas
/// and examples come from <see cref="RouteDocumentation"/>.
/// </summary>
internal static class OpenApiDocument
{
    /// <summary>The key of the response for every status that a file does not name.</summary>
    private const string DefaultAnswer = "default";

    private static readonly Lazy<byte[]> Document = new(Write);

    /// <summary>UTF-8 JSON, written at first use.</summary>
    public static ReadOnlyMemory<byte> Json => Document.Value;

    private static byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("openapi"u8, "3.1.1"u8);
            using (var document = RouteDocumentation.Open("document"))
            {
                WriteInfo(writer, document.RootElement.GetProperty("info"));
                foreach (var member in document.RootElement.EnumerateObject().Where(member => !member.NameEquals("info")))
                    member.WriteTo(writer);
            }

            writer.WriteStartObject("paths"u8);
            foreach (var route in RouteTable.Routes)
                WriteRoute(writer, route);
            writer.WriteEndObject();
            WriteComponents(writer);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteInfo(Utf8JsonWriter writer, JsonElement info)
    {
        writer.WriteStartObject("info"u8);
        foreach (var member in info.EnumerateObject())
            member.WriteTo(writer);
        writer.WriteString("version"u8, typeof(OpenApiDocument).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
        writer.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter writer, Route route)
    {
        using var documentation = RouteDocumentation.OpenRoute(route.Name);
        var root = documentation.RootElement;
        writer.WriteStartObject(PathOf(route));
        if (route.TakesRest)
            WriteIdParameter(writer, root.GetProperty("id"));
        foreach (var method in route.Methods)
            WriteOperation(writer, route, method, root);
        writer.WriteEndObject();
    }

    private static void WriteIdParameter(Utf8JsonWriter writer, JsonElement id)
    {
        writer.WriteStartArray("parameters"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "id"u8);
        writer.WriteString("in"u8, "path"u8);
        writer.WriteBoolean("required"u8, true);
        foreach (var member in id.EnumerateObject())
            member.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteOperation(Utf8JsonWriter writer, Route route, string method, JsonElement documentation)
    {
        writer.WriteStartObject(method.ToLowerInvariant());
        writer.WriteString("operationId"u8, OperationId(route, method));
        writer.WriteStartArray("tags"u8);
        documentation.GetProperty("tag").WriteTo(writer);
        writer.WriteEndArray();
        if (documentation.GetProperty("operations").TryGetProperty(method, out var operation))
        {
            foreach (var member in operation.EnumerateObject())
            {
                if (member.NameEquals("responses"))
                    WriteAnswers(writer, route, member.Value);
                else
                    member.WriteTo(writer);
            }
        }
        else if (method == "HEAD")
        {
            WriteHead(writer);
        }
        else
        {
            throw new InvalidOperationException($"{route.Name}.json does not document {method}.");
        }

        writer.WriteEndObject();
    }

    private static void WriteAnswers(Utf8JsonWriter writer, Route route, JsonElement answers)
    {
        writer.WriteStartObject("responses"u8);
        foreach (var answer in answers.EnumerateObject())
            answer.WriteTo(writer);
        if (!answers.TryGetProperty(DefaultAnswer, out _))
        {
            writer.WriteStartObject(DefaultAnswer);
            writer.WriteString("$ref"u8, $"#/components/responses/{ErrorOf(route.Errors)}");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes the operation of a <c>HEAD</c> beside a <c>GET</c>.</summary>
    private static void WriteHead(Utf8JsonWriter writer)
    {
        writer.WriteString("summary"u8, "The headers of GET, without its body"u8);
        writer.WriteStartObject("responses"u8);
        writer.WriteStartObject("200"u8);
        writer.WriteString("description"u8, "It is there."u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter writer)
    {
        var files = RouteDocumentation.ComponentFiles.Select(RouteDocumentation.Open).ToList();
        writer.WriteStartObject("components"u8);
        foreach (var kind in files.SelectMany(file => file.RootElement.EnumerateObject()).Select(member => member.Name).Distinct())
        {
            writer.WriteStartObject(kind);
            foreach (var file in files.Where(file => file.RootElement.TryGetProperty(kind, out _)))
            {
                foreach (var component in file.RootElement.GetProperty(kind).EnumerateObject())
                    component.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        files.ForEach(file => file.Dispose());
    }

    public static string PathOf(Route route) => route.Path.Replace("{*id}", "{id}", StringComparison.Ordinal);

    /// <summary>The route's name in the form that client generators expect: <c>chatCompletions</c>, <c>tagsHead</c>.</summary>
    private static string OperationId(Route route, string method)
    {
        var words = route.Name.Split('-').Concat(method == route.Methods[0] ? [] : [method.ToLowerInvariant()]);
        return string.Concat(words.Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static string ErrorOf(IErrorShape errors) => errors switch
    {
        OllamaErrors => "OllamaError",
        OpenAIErrors => "OpenAIError",
        AnthropicErrors => "AnthropicError",
        ProblemErrors => "Problem",
        _ => throw new InvalidOperationException($"{errors.GetType().Name} has no component."),
    };
}
