using System.Text.Json;

namespace Dragoman.Emulator.Mistral;

/// <summary>A model as Mistral's <c>GET /v1/models</c> describes it (<c>specs/dialects.md 4.3</c>).</summary>
internal sealed record ModelCard(string Id)
{
    // 2025-01-01T00:00:00Z, the same at every start.
    private const long Created = 1735689600;

    public string[] Aliases { get; init; } = [];

    public string Description { get; init; } = "";

    /// <summary>The context length in tokens.</summary>
    public int MaxContextLength { get; init; } = 131072;

    public bool CompletesChat { get; init; }

    public bool CompletesFim { get; init; }

    public bool Embeds { get; init; }

    public bool CallsFunctions { get; init; }

    public bool SeesImages { get; init; }

    public bool CanReason { get; init; }

    /// <summary>Whether it reasons without being asked to.</summary>
    public bool AlwaysReasons { get; init; }

    /// <summary>
    /// Whether tool calls are streamed in fragments and usage has a separate last chunk (<c>specs/dialects.md 1.5</c>).
    /// </summary>
    public bool StreamsFragments { get; init; }

    /// <summary>Whether tool calls have no <c>type</c> (fixture <c>mistral/nonstream-tools-parallel</c>).</summary>
    public bool OmitsToolCallType { get; init; }

    /// <summary>Whether it requires an assistant message between a tool result and the next user message, as older models do.</summary>
    public bool RefusesUserAfterTool { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, "mistralai"u8);
        json.WriteStartObject("capabilities"u8);
        json.WriteBoolean("completion_chat"u8, CompletesChat);
        json.WriteBoolean("function_calling"u8, CallsFunctions);
        json.WriteBoolean("reasoning"u8, CanReason);
        json.WriteBoolean("completion_fim"u8, CompletesFim);
        json.WriteBoolean("fine_tuning"u8, false);
        json.WriteBoolean("vision"u8, SeesImages);
        json.WriteBoolean("ocr"u8, false);
        json.WriteBoolean("classification"u8, false);
        json.WriteBoolean("moderation"u8, false);
        json.WriteBoolean("audio"u8, false);
        json.WriteBoolean("audio_transcription"u8, false);
        json.WriteBoolean("audio_transcription_realtime"u8, false);
        json.WriteBoolean("audio_speech"u8, false);
        json.WriteBoolean("unified_resources"u8, false);
        json.WriteEndObject();
        json.WriteString("name"u8, Id);
        json.WriteString("description"u8, Description);
        json.WriteNumber("max_context_length"u8, MaxContextLength);
        json.WriteStartArray("aliases"u8);
        foreach (var alias in Aliases)
            json.WriteStringValue(alias);
        json.WriteEndArray();
        json.WriteNull("deprecation"u8);
        json.WriteNull("deprecation_replacement_model"u8);
        if (CompletesChat)
            json.WriteNumber("default_model_temperature"u8, AlwaysReasons ? 0.7 : 0.3);
        else
            json.WriteNull("default_model_temperature"u8);
        json.WriteBoolean("internal"u8, false);
        json.WriteString("type"u8, "base"u8);
        json.WriteEndObject();
    }
}
