using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Anthropic;

/// <summary>The content of one message, in the order of its blocks.</summary>
internal sealed class MessageContent
{
    public StringBuilder Text { get; } = new();

    public List<ImagePart> Images { get; } = [];

    public List<string> Attachments { get; } = [];

    public List<PastToolCall> Calls { get; } = [];

    public List<(string Id, string Text)> Results { get; } = [];

    /// <summary>The types of the blocks.</summary>
    public List<string> Types { get; } = [];
}

/// <summary>Reads content blocks by Anthropic's closed schema (<c>specs/dialects.md 1.3, 2.2</c>).</summary>
/// <param name="model">The model whose signatures are valid.</param>
/// <param name="isNewVersion">Whether the API version is 2026-10-21.</param>
internal sealed class BlockReader(AnthropicModel model, bool isNewVersion)
{
    /// <summary>The provider's name in the seals of thinking.</summary>
    public const string Provider = "anthropic";

    /// <summary>The provider's name in the seals of thinking that is not shown.</summary>
    public const string RedactedProvider = "anthropic redacted";

    private static readonly string[] UserTypes = ["text", "image", "document", "search_result", "tool_result"];
    private static readonly string[] AssistantTypes = ["text", "thinking", "redacted_thinking", "tool_use"];
    private static readonly string[] SystemTypes = ["text"];
    private static readonly string[] ResultTypes = ["text", "image", "document", "search_result"];
    private static readonly string[] ImageSources = ["base64", "url", "file"];
    private static readonly string[] DocumentSources = ["base64", "url", "file", "text", "content"];
    private static readonly string[] ImageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];
    private static readonly string[] DocumentTypes = ["application/pdf"];
    private static readonly string[] TextTypes = ["text/plain"];

    /// <summary>Reads a text or a list of blocks.</summary>
    public MessageContent Read(FieldReader owner, string member, string role)
    {
        var content = new MessageContent();
        if (!owner.Any(member, out var value))
        {
            owner.Text(member, required: true);
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            content.Text.Append(value.GetString());
            content.Types.Add("text");
        }
        else
        {
            var allowed = role switch { "assistant" => AssistantTypes, "system" => SystemTypes, "result" => ResultTypes, _ => UserTypes };
            var items = owner.Items(member, required: true) ?? [];
            for (var index = 0; index < items.Length; index++)
            {
                if (owner.Item(member, index, items[index]) is { } block)
                    ReadBlock(block, role, allowed, content);
            }
        }

        return content;
    }

    /// <summary>Reads <c>cache_control</c>.</summary>
    public static void ReadCacheControl(FieldReader owner)
    {
        if (owner.Object("cache_control", nullable: true) is not { } control)
            return;
        control.OneOf("type", ["ephemeral"], required: true);
        control.OneOf("ttl", ["5m", "1h"], nullable: true);
        control.RejectOthers();
    }

    private void ReadBlock(FieldReader block, string role, string[] allowed, MessageContent content)
    {
        if (block.OneOf("type", allowed, required: true) is not { } type)
            return;
        content.Types.Add(type);
        switch (type)
        {
            case "text":
                ReadText(block, role, content);
                break;
            case "image":
                content.Images.Add(ReadImage(block));
                break;
            case "document":
                content.Attachments.Add(ReadDocument(block));
                break;
            case "search_result":
                block.Text("source", required: true);
                content.Attachments.Add($"search result {block.Text("title", required: true)}");
                block.Items("content", required: true);
                block.Ignore("citations");
                break;
            case "tool_result":
                var id = block.Text("tool_use_id", required: true) ?? "";
                block.Flag("is_error", nullable: true);
                var result = block.Any("content", out _) ? Read(block, "content", "result") : new();
                content.Images.AddRange(result.Images);
                content.Attachments.AddRange(result.Attachments);
                content.Results.Add((id, result.Text.ToString()));
                break;
            case "tool_use":
                ReadToolUse(block, content);
                break;
            case "thinking":
                ReadThinking(block);
                break;
            case "redacted_thinking":
                if (block.Text("data", required: true) is { } data && !Seal.HoldsNumber(RedactedProvider, model.Id, data))
                    throw Refused($"{PathOf(block)}: Invalid `data` in `redacted_thinking` block");
                break;
        }

        if (type is not ("thinking" or "redacted_thinking"))
            ReadCacheControl(block);
        block.RejectOthers();
    }

    private void ReadText(FieldReader block, string role, MessageContent content)
    {
        var text = block.Text("text", required: true);
        var citations = block.Items("citations", nullable: true);
        if (isNewVersion && role == "user" && citations?.Length > 0)
            throw Refused($"{PathOf(block)}.text.citations: citations are not permitted on text blocks in user messages");
        if (text is not null && string.IsNullOrWhiteSpace(text))
            throw Refused(text.Length == 0 ? "messages: text content blocks must be non-empty" : "messages: text content blocks must contain non-whitespace text");
        content.Text.Append(text);
    }

    private void ReadThinking(FieldReader block)
    {
        var text = block.Text("thinking", required: true);
        var signature = block.Text("signature", required: true);
        if (text is null || signature is null)
            return;
        // A signature is valid for its text and for an empty text.
        if (signature != Seal.Of(Provider, model.Id, text) && !(text.Length == 0 && Seal.HoldsNumber(Provider, model.Id, signature)))
            throw Refused($"{PathOf(block)}: Invalid `signature` in `thinking` block");
    }

    private static void ReadToolUse(FieldReader block, MessageContent content)
    {
        var id = block.Text("id", required: true) ?? "";
        var name = block.Text("name", required: true) ?? "";
        var input = block.Object("input", required: true);
        block.Ignore("caller", "toolset_name");
        if (id.Length == 0 || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            throw Refused($"{PathOf(block)}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
        if (input is not null)
            content.Calls.Add(new(id, name, input.Value.GetRawText()));
    }

    private static ImagePart ReadImage(FieldReader block)
    {
        if (block.Object("source", required: true) is not { } source)
            return ImagePart.ByUrl;
        var image = ImagePart.ByUrl;
        switch (source.OneOf("type", ImageSources, required: true))
        {
            case "base64":
                var type = source.OneOf("media_type", ImageTypes, required: true);
                if (source.Text("data", required: true) is { } data && type is not null)
                    image = new(type, LengthOf(data, block));
                break;
            case "url":
                source.Text("url", required: true);
                break;
            case "file":
                source.Text("file_id", required: true);
                break;
        }

        source.RejectOthers();
        return image;
    }

    private string ReadDocument(FieldReader block)
    {
        var title = block.Text("title", nullable: true) ?? "document";
        block.Text("context", nullable: true);
        block.Object("citations", nullable: true);
        if (block.Object("source", required: true) is not { } source)
            return title;
        var description = title;
        switch (source.OneOf("type", DocumentSources, required: true))
        {
            case "base64":
                var type = source.OneOf("media_type", DocumentTypes, required: true);
                if (source.Text("data", required: true) is { } data)
                    description = $"{title} ({type}, {LengthOf(data, block)} bytes)";
                break;
            case "text":
                source.OneOf("media_type", TextTypes, required: true);
                description = $"{title} (text/plain, {Encoding.UTF8.GetByteCount(source.Text("data", required: true) ?? "")} bytes)";
                break;
            case "content":
                Read(source, "content", "result");
                break;
            case "url":
                source.Text("url", required: true);
                description = $"{title} (by URL)";
                break;
            case "file":
                source.Text("file_id", required: true);
                description = $"{title} (by id)";
                break;
        }

        source.RejectOthers();
        return description;
    }

    private static int LengthOf(string base64, FieldReader block) =>
        ImagePart.Base64Length(base64) ?? throw Refused($"{PathOf(block)}.source.base64.data: Input should be a valid base64 string");

    private static string PathOf(FieldReader block) => new FieldError("", block.At(), "", "").Path(inBrackets: false);

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
