using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Gemini;

/// <summary>A call in a content.</summary>
internal sealed record ContentCall(string? Id, string Name, string Arguments, bool IsSigned);

/// <summary>An element of <c>contents</c>.</summary>
internal sealed class Content(string role)
{
    public string Role => role;

    public StringBuilder Text { get; } = new();

    public List<ImagePart> Images { get; } = [];

    public List<string> Attachments { get; } = [];

    public List<ContentCall> Calls { get; } = [];

    public List<(string? Id, string Name, string Text)> Responses { get; } = [];

    /// <summary>Whether the user says something besides the results of functions.</summary>
    public bool Speaks => Text.Length > 0 || Images.Count + Attachments.Count > 0;
}

/// <summary>Reads contents and their parts (<c>specs/dialects.md 1.4</c>).</summary>
internal static class ContentReader
{
    private static readonly string[] Data =
        ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

    public static List<Content> Read(FieldReader body)
    {
        var contents = new List<Content>();
        var items = body.Items("contents", required: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("contents", index, items[index]) is { } item)
                contents.Add(ReadOne(item, $"contents[{index}]"));
        }

        return contents;
    }

    /// <param name="fields">The content.</param>
    /// <param name="place">The content's path, in snake case.</param>
    /// <exception cref="ApiException">400: the content is wrong.</exception>
    public static Content ReadOne(FieldReader fields, string place)
    {
        var role = fields.Text("role", nullable: true) ?? "user";
        if (role is not ("user" or "model" or "function" or "system"))
            throw Refused("Please use a valid role: user, model.");
        var content = new Content(role == "model" ? "model" : "user");
        var parts = fields.Items("parts", nullable: true) ?? [];
        if (parts.Length == 0)
            throw Refused($"* GenerateContentRequest.{place}.parts: contents.parts must not be empty.");
        for (var index = 0; index < parts.Length; index++)
        {
            if (fields.Item("parts", index, parts[index]) is { } part)
                ReadPart(part, content, $"{place}.parts[{index}]");
        }

        fields.RejectOthers();
        return content;
    }

    private static void ReadPart(FieldReader part, Content content, string place)
    {
        if (part.Text("thoughtSignature", nullable: true) is { } signature)
            Signature.Check(signature, $"{place}.thought_signature");
        var isSigned = part.Any("thoughtSignature", out var given) && given.ValueKind == JsonValueKind.String;
        var isThought = part.Flag("thought", nullable: true) ?? false;
        var text = part.Text("text", nullable: true);
        if (!isThought)
            content.Text.Append(text);
        if (part.Object("inlineData", nullable: true) is { } blob)
            ReadBlob(blob, content, place);
        if (part.Object("fileData", nullable: true) is { } file)
        {
            var uri = file.Text("fileUri", nullable: true);
            content.Attachments.Add($"{file.Text("mimeType", nullable: true) ?? "file"} (by URI)");
            file.Ignore("displayName");
            file.RejectOthers();
            if (string.IsNullOrEmpty(uri))
                throw Refused($"* GenerateContentRequest.{place}.file_data.file_uri: File URI is missing.");
        }

        if (part.Object("functionCall", nullable: true) is { } call)
        {
            var arguments = call.Object("args", nullable: true)?.Value.GetRawText() ?? "{}";
            content.Calls.Add(new(call.Text("id", nullable: true), call.Text("name", nullable: true) ?? "", arguments, isSigned));
            call.RejectOthers();
            if (content.Calls[^1].Name.Length == 0)
                throw Refused($"* GenerateContentRequest.{place}.function_call.name: Name cannot be empty.");
        }

        if (part.Object("functionResponse", nullable: true) is { } response)
            ReadResponse(response, content, place);
        part.Object("executableCode", nullable: true);
        part.Object("codeExecutionResult", nullable: true);
        part.Ignore("videoMetadata", "mediaResolution", "partMetadata");
        part.RejectOthers();
        var kinds = Data.Count(name => part.Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            || part.Value.TryGetProperty(SnakeCase.Of(name), out value) && name != "text" && value.ValueKind != JsonValueKind.Null);
        if (kinds == 0 && !isSigned && part.Errors.Count == 0)
            throw Refused($"* GenerateContentRequest.{place}.data: required oneof field 'data' must have one initialized field");
        if (kinds > 1)
            throw Refused($"Invalid value at '{place}' (oneof), oneof field 'data' is already set.");
    }

    private static void ReadBlob(FieldReader blob, Content content, string place)
    {
        var type = blob.Text("mimeType", nullable: true);
        var data = blob.Text("data", nullable: true) ?? "";
        blob.Ignore("displayName");
        blob.RejectOthers();
        if (string.IsNullOrEmpty(type))
            throw Refused($"* GenerateContentRequest.{place}.inline_data.mime_type: must be set.");
        if (ImagePart.Base64Length(data.Replace('-', '+').Replace('_', '/')) is not { } length)
            throw Refused($"Invalid value at '{place}.inline_data.data' (TYPE_BYTES), Base64 decoding failed");
        if (type.StartsWith("image/", StringComparison.Ordinal))
            content.Images.Add(new(type, length));
        else
            content.Attachments.Add($"{type} ({length} bytes)");
    }

    private static void ReadResponse(FieldReader response, Content content, string place)
    {
        var id = response.Text("id", nullable: true);
        var name = response.Text("name", nullable: true) ?? "";
        var result = response.Object("response", nullable: true)?.Value;
        response.Items("parts", nullable: true);
        response.Ignore("willContinue", "scheduling");
        response.RejectOthers();
        if (name.Length == 0)
            throw Refused($"* GenerateContentRequest.{place}.function_response.name: Name cannot be empty.");
        content.Responses.Add((id, name, TextOf(result)));
    }

    /// <summary>The text of a result. A result with only an output or an error is that text.</summary>
    private static string TextOf(JsonElement? result)
    {
        if (result is not { } value)
            return "";
        foreach (var name in (ReadOnlySpan<string>)["output", "result", "error"])
        {
            if (value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && value.EnumerateObject().Count() == 1)
                return text.GetString()!;
        }

        return value.GetRawText();
    }

    private static ApiException Refused(string message) => new(GeminiError.Invalid(message));
}
