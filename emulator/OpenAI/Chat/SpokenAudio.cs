using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>Spoken answers: one tone for each token (<c>specs/dialects.md 2.10</c>).</summary>
internal static class SpokenAudio
{
    private const int BytesPerToken = 48;

    private static readonly string[] Formats = ["wav", "aac", "mp3", "flac", "opus", "pcm16"];

    /// <summary>The requested format. Null when the answer is not spoken.</summary>
    public static string? ReadFormat(FieldReader body)
    {
        var modalities = body.Items("modalities", nullable: true) ?? [];
        string? format = null;
        if (body.Object("audio", nullable: true) is { } audio)
        {
            format = audio.OneOf("format", Formats, required: true);
            audio.Any("voice", out _);
            audio.RejectOthers();
        }

        var isSpoken = modalities.Any(modality => modality.ValueKind == JsonValueKind.String && modality.GetString() == "audio");
        if (isSpoken && format is null)
            body.Add("missing", body.At("audio"), "Field required", body.Value);
        return isSpoken ? format : null;
    }

    /// <exception cref="ApiException">400: the model does not speak, or not in this format.</exception>
    public static void Check(OpenAIModel model, List<ChatMessage> messages, string? format, bool stream)
    {
        var hears = messages.Exists(message => message.Attachments.Any(attachment => attachment.StartsWith("audio (", StringComparison.Ordinal)));
        if (!model.Speaks && (format is not null || hears))
            throw new ApiException(OpenAIError.Invalid(format is null ? "messages" : "modalities", format is null
                ? "Content blocks are expected to be either text or image_url type for this model."
                : $"This model does not support the 'audio' modality: {model.Id}.", "invalid_value"));
        if (model is { Speaks: true, IsEmulated: false } && format is null && !hears)
            throw new ApiException(OpenAIError.Invalid("model", "This model requires that either input content or output modality contain audio.", "invalid_value"));
        if (stream && format is not (null or "pcm16"))
            throw new ApiException(OpenAIError.UnsupportedValue("audio.format", $"'audio.format' does not support '{format}' when stream=true. Supported values are: 'pcm16'."));
    }

    /// <summary>The sound of one token.</summary>
    public static byte[] Of(string token)
    {
        var random = new DeterministicRandom(CanonicalHash.Of(token));
        var sound = new byte[BytesPerToken];
        for (var at = 0; at < sound.Length; at++)
            sound[at] = (byte)random.Below(256);
        return sound;
    }
}
