using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>Reads <c>input</c>, a text or a list of items (<c>specs/dialects.md 1.1, 3.6</c>).</summary>
internal sealed class ResponseInput(FieldReader body, ResponseStore store)
{
    /// <summary>The provider's name in its seals.</summary>
    public const string Provider = "openai";

    /// <summary>The prefix of encrypted reasoning, which is OpenAI's own.</summary>
    public const string EncryptedPrefix = "gAAAAAB";

    private static readonly string[] Roles = ["user", "assistant", "system", "developer"];
    private static readonly string[] Types = ["message", "function_call", "function_call_output", "reasoning", "item_reference"];
    private static readonly string[] PartTypes = ["input_text", "input_image", "input_file", "input_audio", "output_text", "refusal"];

    private readonly List<ChatMessage> messages = [];
    private readonly List<(string? Id, string? Encrypted, bool IsFollowed)> reasoning = [];

    /// <summary>The messages. Tool calls are the assistant's messages and outputs are the tools' messages.</summary>
    public List<ChatMessage> Read()
    {
        if (!body.Any("input", out var input))
        {
            body.Text("input", required: true);
            return messages;
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            messages.Add(new("user", input.GetString()!));
            return messages;
        }

        var items = body.Items("input", required: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("input", index, items[index]) is { } item)
                ReadItem(item);
        }

        return messages;
    }

    /// <exception cref="ApiException">400: calls and outputs do not match, or reasoning is not at its original place.</exception>
    public void Check(OpenAIModel model, IReadOnlyList<ChatMessage> conversation)
    {
        var calls = new List<string>();
        foreach (var message in conversation)
        {
            calls.AddRange(message.ToolCalls.Select(call => call.Id));
            if (message.Role == "tool" && !calls.Remove(message.ToolCallId!))
                throw Refused($"No tool call found for function call output with call_id {message.ToolCallId}.");
        }

        if (calls.Count > 0)
            throw Refused($"No tool output found for function call {calls[0]}.");
        foreach (var (id, encrypted, isFollowed) in reasoning)
        {
            if (!isFollowed)
                throw Refused($"Item '{id}' of type 'reasoning' was provided without its required following item.");
            if (encrypted is null && (id is null || !store.HasReasoning(id)))
                throw new ApiException(OpenAIError.Invalid("input", $"Item with id '{id}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.") with { Status = 404 });
            if (encrypted is not null && !(encrypted.StartsWith(EncryptedPrefix, StringComparison.Ordinal) && Seal.HoldsNumber(Provider, model.Id, encrypted[EncryptedPrefix.Length..])))
                throw new ApiException(OpenAIError.Invalid("input", $"The encrypted content for item {id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.", "invalid_encrypted_content"));
        }
    }

    private void ReadItem(FieldReader item)
    {
        var type = item.OneOf("type", Types) ?? (item.Errors.Count > 0 ? "" : "message");
        item.Text("id", nullable: true);
        item.Text("status", nullable: true);
        if (reasoning.Count > 0 && (type == "function_call" || (type == "message" && IsOfAssistant(item))))
            reasoning[^1] = reasoning[^1] with { IsFollowed = true };
        switch (type)
        {
            case "message":
                ReadMessage(item);
                break;
            case "function_call":
                var call = new PastToolCall(item.Text("call_id", required: true) ?? "", item.Text("name", required: true) ?? "", item.Text("arguments", required: true) ?? "");
                if (messages is [.., { Role: "assistant" } last])
                    messages[^1] = last with { ToolCalls = [.. last.ToolCalls, call] };
                else
                    messages.Add(new("assistant", "") { ToolCalls = [call] });
                break;
            case "function_call_output":
                var (text, images, attachments) = ReadContent(item, "output");
                messages.Add(new("tool", text) { ToolCallId = item.Text("call_id", required: true) ?? "", Images = images, Attachments = attachments });
                break;
            case "reasoning":
                item.Items("summary", required: true);
                item.Items("content", nullable: true);
                var id = item.Value.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
                reasoning.Add((id, item.Text("encrypted_content", nullable: true), IsFollowed: false));
                break;
        }

        item.Ignore("namespace", "phase", "caller");
        item.RejectOthers();
    }

    private static bool IsOfAssistant(FieldReader item) =>
        item.Value.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.GetString() == "assistant";

    private void ReadMessage(FieldReader item)
    {
        var role = item.OneOf("role", Roles, required: true) ?? "user";
        var (text, images, attachments) = ReadContent(item, "content");
        messages.Add(new(role == "developer" ? "system" : role, text) { Images = images, Attachments = attachments, HasContent = true });
    }

    private static (string Text, List<ImagePart> Images, List<string> Attachments) ReadContent(FieldReader item, string member)
    {
        var (text, images, attachments) = (new StringBuilder(), new List<ImagePart>(), new List<string>());
        if (!item.Any(member, out var content))
        {
            item.Text(member, required: true);
            return ("", images, attachments);
        }

        if (content.ValueKind == JsonValueKind.String)
            return (content.GetString()!, images, attachments);
        foreach (var (value, index) in (item.Items(member, required: true) ?? []).Select((value, index) => (value, index)))
        {
            if (item.Item(member, index, value) is { } part)
                ReadPart(part, text, images, attachments);
        }

        return (text.ToString(), images, attachments);
    }

    private static void ReadPart(FieldReader part, StringBuilder text, List<ImagePart> images, List<string> attachments)
    {
        switch (part.OneOf("type", PartTypes, required: true))
        {
            case "input_text" or "output_text":
                text.Append(part.Text("text", required: true));
                part.Ignore("annotations", "logprobs");
                break;
            case "refusal":
                text.Append(part.Text("refusal", required: true));
                break;
            case "input_image":
                part.Text("detail", nullable: true);
                var url = part.Text("image_url", nullable: true);
                var id = part.Text("file_id", nullable: true);
                if (url is not null)
                    images.Add(OpenAIMedia.Image(url, "input"));
                else if (id is not null)
                    images.Add(ImagePart.ByUrl);
                else
                    part.Text("image_url", required: true);
                break;
            case "input_audio":
                if (part.Object("input_audio", required: true) is { } audio
                    && audio.Text("data", required: true) is { } data && audio.OneOf("format", OpenAIMedia.AudioFormats, required: true) is { } format)
                {
                    attachments.Add(OpenAIMedia.Audio(data, format));
                }

                break;
            case "input_file":
                attachments.Add(OpenAIMedia.File(part));
                break;
            default:
                return;
        }

        part.Ignore("prompt_cache_breakpoint");
        part.RejectOthers();
    }

    private static ApiException Refused(string message) => new(OpenAIError.Invalid("input", message));
}
