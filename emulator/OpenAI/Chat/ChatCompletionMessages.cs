using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>Reads <c>messages</c> and checks that tool calls and results match.</summary>
internal static class ChatCompletionMessages
{
    private const int LongestId = 64;

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];
    private static readonly string[] PartTypes = ["text", "image_url", "input_audio", "file", "refusal"];
    private static readonly string[] CallTypes = ["function", "custom"];

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

    /// <exception cref="ApiException">400: a tool call and its result do not match.</exception>
    public static void CheckOrder(List<ChatMessage> messages)
    {
        if (messages.Count == 0)
            throw Refused("messages", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "empty_array");
        var unanswered = new List<string>();
        for (var index = 0; index < messages.Count; index++)
        {
            var message = messages[index];
            if (message.Role != "tool")
            {
                CheckAnswered(unanswered, index);
                unanswered.AddRange(message.ToolCalls.Select(call => call.Id));
            }
            else if (message.ToolCallId is null || !unanswered.Remove(message.ToolCallId))
            {
                throw Refused($"messages.[{index}].role", "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.");
            }
        }

        CheckAnswered(unanswered, messages.Count);
    }

    private static void CheckAnswered(List<string> unanswered, int index)
    {
        if (unanswered.Count > 0)
        {
            throw Refused($"messages.[{index}].role",
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
                + $"The following tool_call_ids did not have response messages: {string.Join(", ", unanswered)}");
        }
    }

    private static ChatMessage? ReadMessage(FieldReader fields)
    {
        if (fields.OneOf("role", Roles, required: true) is not { } role)
            return null;
        var (text, images, attachments) = (new StringBuilder(), new List<ImagePart>(), new List<string>());
        var hasContent = ReadContent(fields, role, text, images, attachments);
        fields.Text("name", nullable: true);
        fields.Ignore("prompt_cache_breakpoint");
        IReadOnlyList<PastToolCall> calls = [];
        string? callId = null;
        if (role == "assistant")
        {
            fields.Text("refusal", nullable: true);
            // Clients send back members from the answers of a compatible server.
            if (fields.PassesOthersOver)
                fields.Text("reasoning_content", nullable: true);
            fields.Object("audio", nullable: true);
            fields.Items("annotations", nullable: true);
            calls = ReadCalls(fields);
        }
        else if (role == "tool")
        {
            callId = fields.Text("tool_call_id", required: true);
        }

        fields.RejectOthers();
        return new(role == "developer" ? "system" : role, text.ToString())
        {
            Images = images,
            Attachments = attachments,
            HasContent = hasContent,
            ToolCalls = calls,
            ToolCallId = callId,
        };
    }

    private static bool ReadContent(FieldReader fields, string role, StringBuilder text, List<ImagePart> images, List<string> attachments)
    {
        if (!fields.Any("content", out var content))
        {
            if (role != "assistant")
                fields.Text("content", required: true);
            return false;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            text.Append(content.GetString());
            return true;
        }

        foreach (var (item, index) in (fields.Items("content") ?? []).Select((item, index) => (item, index)))
        {
            if (fields.Item("content", index, item) is { } part)
                ReadPart(part, text, images, attachments);
        }

        return true;
    }

    private static void ReadPart(FieldReader part, StringBuilder text, List<ImagePart> images, List<string> attachments)
    {
        switch (part.OneOf("type", PartTypes, required: true))
        {
            case "text":
                text.Append(part.Text("text", required: true));
                break;
            case "refusal":
                text.Append(part.Text("refusal", required: true));
                break;
            case "image_url":
                if (part.Object("image_url", required: true) is { } image)
                {
                    if (image.Text("url", required: true) is { } url)
                        images.Add(OpenAIMedia.Image(url, string.Join('.', image.At().Select(step => step.Member ?? $"[{step.Item}]"))));
                    image.Text("detail", nullable: true);
                    image.RejectOthers();
                }

                break;
            case "input_audio":
                if (part.Object("input_audio", required: true) is { } audio)
                {
                    var data = audio.Text("data", required: true);
                    var format = audio.OneOf("format", OpenAIMedia.AudioFormats, required: true);
                    if (data is not null && format is not null)
                        attachments.Add(OpenAIMedia.Audio(data, format));
                    audio.RejectOthers();
                }

                break;
            case "file":
                if (part.Object("file", required: true) is { } file)
                    attachments.Add(OpenAIMedia.File(file));
                break;
            default:
                return;
        }

        part.Ignore("prompt_cache_breakpoint");
        part.RejectOthers();
    }

    private static List<PastToolCall> ReadCalls(FieldReader message)
    {
        var calls = new List<PastToolCall>();
        var items = message.Items("tool_calls", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (message.Item("tool_calls", index, items[index]) is not { } call)
                continue;
            var id = call.Text("id", required: true) ?? "";
            if (id.Length > LongestId)
            {
                throw Refused($"messages[{index}].tool_calls[{index}].id",
                    $"Invalid 'tool_calls[{index}].id': string too long. Expected a string with maximum length {LongestId}, but got a string with length {id.Length} instead.", "string_above_max_length");
            }

            var type = call.OneOf("type", CallTypes, required: !message.PassesOthersOver) ?? "function";
            if (call.Object(type, required: true) is { } function)
            {
                var name = function.Text("name", required: true) ?? "";
                var arguments = function.Text(type == "custom" ? "input" : "arguments", required: true) ?? "";
                function.RejectOthers();
                calls.Add(new(id, name, arguments));
            }

            // Some clients send back the index that a call had in a stream.
            if (message.PassesOthersOver)
                call.Ignore("index");
            call.RejectOthers();
        }

        return calls;
    }

    private static ApiException Refused(string param, string message, string? code = null) => new(OpenAIError.Invalid(param, message, code));
}
