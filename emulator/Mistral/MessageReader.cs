using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>Reads the messages of a chat request by Mistral's closed schema (<c>specs/dialects.md 1.5</c>).</summary>
internal static class MessageReader
{
    private static readonly string[] Roles = ["system", "user", "assistant", "tool"];

    private static readonly string[] PartTypes =
        ["text", "image_url", "document_url", "reference", "file", "thinking", "input_audio"];

    private static readonly string[] FunctionType = ["function"];

    public static List<ChatMessage> Read(FieldReader body)
    {
        var messages = new List<ChatMessage>();
        var items = body.Items("messages", required: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("messages", index, items[index]) is { } fields && ReadMessage(fields) is { } message)
                messages.Add(message);
        }

        return messages;
    }

    private static ChatMessage? ReadMessage(FieldReader fields)
    {
        if (ReadTag(fields, "role", Roles) is not { } role)
            return null;
        var text = new StringBuilder();
        var images = new List<ImagePart>();
        var hasContent = ReadContent(fields, role, text, images);
        var message = new ChatMessage(role, text.ToString()) { Images = images, HasContent = hasContent };
        if (role == "assistant")
        {
            message = message with
            {
                IsPrefix = fields.Flag("prefix") ?? false,
                ToolCalls = ReadToolCalls(fields),
            };
        }
        else if (role == "tool")
        {
            message = message with
            {
                ToolCallId = fields.Text("tool_call_id", nullable: true),
                Name = fields.Text("name", nullable: true),
            };
        }

        fields.RejectOthers();
        return message;
    }

    private static bool ReadContent(FieldReader fields, string role, StringBuilder text, List<ImagePart> images)
    {
        if (!fields.Any("content", out var content))
        {
            if (role != "assistant" && !fields.Value.TryGetProperty("content", out _))
                fields.Add("missing", fields.At("content"), "Field required", fields.Value);
            else if (role == "system")
                fields.Add("string_type", fields.At("content"), "Input should be a valid string", fields.Value);
            return false;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            text.Append(content.GetString());
            return true;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Add("string_type", fields.At("content"), "Input should be a valid string or a list of content chunks", content);
            return false;
        }

        var index = 0;
        foreach (var item in content.EnumerateArray())
        {
            if (fields.Item("content", index++, item) is { } part)
                ReadPart(part, text, images);
        }

        return index > 0;
    }

    private static void ReadPart(FieldReader part, StringBuilder text, List<ImagePart> images)
    {
        switch (ReadTag(part, "type", PartTypes))
        {
            case "text":
                text.Append(part.Text("text", required: true));
                break;
            case "image_url":
                if (ReadUrl(part) is { } url)
                    images.Add(ReadImage(url));
                break;
            case "document_url":
                part.Text("document_url", required: true);
                part.Text("document_name", nullable: true);
                break;
            case "reference":
                part.Items("reference_ids", required: true);
                break;
            case "file":
                part.Text("file_id", required: true);
                break;
            case "thinking":
                part.Items("thinking", required: true);
                part.Flag("closed");
                part.Text("signature", nullable: true);
                break;
            case "input_audio":
                part.Text("input_audio", required: true);
                break;
            default:
                return;
        }

        part.RejectOthers();
    }

    private static ImagePart ReadImage(string url) =>
        ImagePart.Read(url, out var image) is not { } reason
            ? image
            : throw new ApiException(new MistralError(400, $"Image could not be loaded: it {reason}.")
            {
                Type = "invalid_request_file",
                Code = "3310",
            });

    /// <summary>Reads an image's URL: a string, or an object with <c>url</c> and optionally <c>detail</c>.</summary>
    private static string? ReadUrl(FieldReader part)
    {
        if (!part.Any("image_url", out var url))
            return part.Text("image_url", required: true);
        if (url.ValueKind == JsonValueKind.String)
            return url.GetString();
        if (part.Nested(url, part.At("image_url")) is not { } fields)
            return null;
        var text = fields.Text("url", required: true);
        fields.Text("detail", nullable: true);
        fields.RejectOthers();
        return text;
    }

    private static List<PastToolCall> ReadToolCalls(FieldReader message)
    {
        var calls = new List<PastToolCall>();
        var items = message.Items("tool_calls", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (message.Item("tool_calls", index, items[index]) is not { } call)
                continue;
            // Mistral treats a missing id as the text "null", which its rule for ids then rejects.
            var id = call.Text("id") ?? "null";
            call.OneOf("type", FunctionType);
            call.Integer("index", 0);
            if (call.Object("function", required: true) is { } function)
            {
                var name = function.Text("name", required: true) ?? "";
                var arguments = "";
                if (function.Any("arguments", out var given) && given.ValueKind is JsonValueKind.String or JsonValueKind.Object)
                    arguments = given.ValueKind == JsonValueKind.String ? given.GetString()! : given.GetRawText();
                else
                    function.Text("arguments", required: true);
                function.RejectOthers();
                calls.Add(new(id, name, arguments));
            }

            call.RejectOthers();
        }

        return calls;
    }

    /// <summary>Reads the member that decides which schema an object must follow.</summary>
    private static string? ReadTag(FieldReader fields, string member, string[] tags)
    {
        if (!fields.Any(member, out var tag))
        {
            fields.Add("union_tag_not_found", fields.At(), $"Unable to extract tag using discriminator '{member}'", fields.Value);
            return null;
        }

        var text = tag.ValueKind == JsonValueKind.String ? tag.GetString() : tag.GetRawText();
        if (tags.Contains(text))
            return text;
        var expected = string.Join(", ", tags.Select(known => $"'{known}'"));
        fields.Add("union_tag_invalid", fields.At(),
            $"Input tag '{text}' found using '{member}' does not match any of the expected tags: {expected}", fields.Value);
        return null;
    }
}
