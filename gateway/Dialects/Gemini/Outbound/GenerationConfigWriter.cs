using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Schemas;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Writes <c>generationConfig</c> (specs/dialects.md 1.4, 2.5 to 2.8, 2.10, 2.11).</summary>
internal sealed class GenerationConfigWriter(Utf8JsonWriter writer, ChatRequest request, GeminiModel model, LossReport losses)
{
    public const int MostStopSequences = 5;

    private const int MostChoices = 8;

    /// <exception cref="GatewayException">The model lacks something that the client depends on.</exception>
    public static void RefuseWhatIsMissing(ChatRequest request, GeminiModel model)
    {
        var sampling = request.Sampling;
        if (sampling.LogitBias is { } bias && bias.Trim() != "{}")
            throw GatewayException.Invalid("logit_bias", TargetText.NotSupported("logit_bias", "gemini"));
        if (sampling.Choices > MostChoices)
            throw GatewayException.Invalid("n", TargetText.MostAnswers(MostChoices));
        if (sampling.Choices > 1 && request.Stream)
            throw GatewayException.Invalid("n", TargetText.OneStreamedAnswer);
        if (request.Completion?.Suffix is not null)
            throw GatewayException.Invalid("suffix", TargetText.NotSupported("suffix", "gemini"));
        RefuseFormat(request, model);
        if (request.AudioOutput is not { } audio)
            return;
        if (!model.Speaks)
            throw GatewayException.Invalid("modalities", TargetText.NoSoundFromGemini);
        if (audio.Format is not (null or "pcm16" or "pcm"))
            throw GatewayException.Invalid("audio.format", TargetText.NoSoundWithFormat(audio.Format));
    }

    /// <param name="stop">The stop sequences to send.</param>
    /// <returns>The client's schema when the provider gets less than all of it, so the gateway must check the answer; else null.</returns>
    public string? Write(IReadOnlyList<string> stop)
    {
        writer.WriteStartObject("generationConfig"u8);
        WriteSampling(stop);
        var uncheckedSchema = WriteFormat();
        WriteReasoning();
        WriteModalities();
        writer.WriteEndObject();
        return uncheckedSchema;
    }

    private static void RefuseFormat(ChatRequest request, GeminiModel model)
    {
        if (request.Format is null or { Kind: OutputFormatKind.Text })
            return;
        if (!model.TakesJson)
            throw GatewayException.Invalid("response_format", TargetText.NoJson);
        if (request.Tools.Count == 0)
            return;
        if (!model.TakesJsonWithTools)
            throw GatewayException.Invalid("response_format", TargetText.FormatBesideTools);
        if (request.ToolChoice?.Kind is ToolChoiceKind.Required or ToolChoiceKind.Named)
            throw GatewayException.Invalid("response_format", TargetText.FormatBesideForcedTool);
    }

    private void WriteSampling(IReadOnlyList<string> stop)
    {
        var sampling = request.Sampling;
        WriteWithin("temperature", "temperature", sampling.Temperature, 0, 2);
        WriteWithin("topP", "top_p", sampling.TopP, 0, 1);
        if (sampling.TopK is { } topK)
            writer.WriteNumber("topK"u8, topK);
        Drop("min_p", sampling.MinP is not null);
        Drop("repeat_penalty", sampling.RepeatPenalty is not null);
        if (model.TakesPenalties)
        {
            WriteWithin("presencePenalty", "presence_penalty", sampling.PresencePenalty, -2, 2);
            WriteWithin("frequencyPenalty", "frequency_penalty", sampling.FrequencyPenalty, -2, 2);
        }
        else
        {
            Drop("presence_penalty", sampling.PresencePenalty is not null);
            Drop("frequency_penalty", sampling.FrequencyPenalty is not null);
        }

        if (sampling.Seed is { } seed)
        {
            if (seed is < int.MinValue or > int.MaxValue)
                losses.Clamped("seed");
            writer.WriteNumber("seed"u8, seed is < int.MinValue or > int.MaxValue ? (int)(seed & int.MaxValue) : (int)seed);
        }

        if (sampling.MaxOutputTokens is { } limit)
        {
            if (limit > model.MostOutputTokens)
                losses.Clamped("max_tokens");
            writer.WriteNumber("maxOutputTokens"u8, Math.Min(limit, model.MostOutputTokens));
        }

        if (stop.Count > 0)
        {
            writer.WriteStartArray("stopSequences"u8);
            foreach (var word in stop)
                writer.WriteStringValue(word);
            writer.WriteEndArray();
        }

        if (sampling.Choices > 1)
            writer.WriteNumber("candidateCount"u8, sampling.Choices.Value);
        if (sampling.Logprobs == true || sampling.TopLogprobs > 0)
        {
            writer.WriteBoolean("responseLogprobs"u8, true);
            if (sampling.TopLogprobs is > 0 and var top)
                writer.WriteNumber("logprobs"u8, top);
        }
    }

    private string? WriteFormat()
    {
        if (request.Format is not { Kind: not OutputFormatKind.Text } format)
            return null;
        writer.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Schema is not { } schema)
            return null;
        if (!model.TakesJsonSchema)
        {
            losses.Emulated("response_format");
            return schema;
        }

        var sanitized = SchemaSanitizer.Sanitize(schema, SchemaRules.GeminiJsonSchema, "response_format.json_schema.schema", losses.Work, format.Parsed);
        if (sanitized.Unsupported is not null)
        {
            losses.Emulated("response_format");
            return schema;
        }

        writer.WritePropertyName("responseJsonSchema"u8);
        writer.WriteRawValue(sanitized.Json, skipInputValidation: true);
        if (!sanitized.ChangesValidity)
            return null;
        losses.Clamped("response_format");
        return schema;
    }

    private void WriteReasoning()
    {
        var reasoning = request.Reasoning;
        if (reasoning == default)
            return;
        if (!model.ReasonsInLevels && model.Budget is null)
        {
            Drop("reasoning", !reasoning.IsOff);
            return;
        }

        writer.WriteStartObject("thinkingConfig"u8);
        if (model.Budget is { } bounds)
            WriteBudget(reasoning, bounds);
        else
            WriteLevel(reasoning);
        // Reasoning text costs tokens and time, so it is only sent on request (specs/dialects.md 2.6).
        if (!reasoning.IsOff && (reasoning.IsVisible ?? reasoning.Enabled == true))
            writer.WriteBoolean("includeThoughts"u8, true);
        writer.WriteEndObject();
    }

    private void WriteLevel(ReasoningRequest reasoning)
    {
        if (reasoning.IsOff)
        {
            losses.Clamped("reasoning");
            writer.WriteString("thinkingLevel"u8, model.LowestLevel);
            return;
        }

        if (ReasoningBudget.EffortOf(reasoning) is not { } effort)
            return;
        var level = effort switch
        {
            ReasoningEffort.Minimal => model.LowestLevel,
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            _ => "high",
        };
        if (effort is ReasoningEffort.XHigh or ReasoningEffort.Max || (effort == ReasoningEffort.Minimal && level != "minimal"))
            losses.Clamped("reasoning");
        writer.WriteString("thinkingLevel"u8, level);
    }

    private void WriteBudget(ReasoningRequest reasoning, ReasoningBounds bounds)
    {
        const int modelsOwn = -1;
        var wanted = reasoning switch
        {
            { IsOff: true } => 0,
            { BudgetTokens: { } tokens } => tokens,
            { Effort: { } effort } => Math.Min(ReasoningBudget.TokensOf(effort), bounds.Most),
            { Enabled: true } => modelsOwn,
            _ => (int?)null,
        };
        if (wanted is not { } budget)
            return;
        if (budget > 0 || (budget == 0 && !bounds.CanBeOff))
        {
            var allowed = Math.Clamp(budget, bounds.Least, bounds.Most);
            if (allowed != budget)
                losses.Clamped("reasoning");
            budget = allowed;
        }

        writer.WriteNumber("thinkingBudget"u8, budget);
    }

    private void WriteModalities()
    {
        if (request.AudioOutput is { } audio)
        {
            WriteStrings("responseModalities", "AUDIO");
            if (audio.Voice is not { } voice)
                return;
            writer.WriteStartObject("speechConfig"u8);
            writer.WriteStartObject("voiceConfig"u8);
            writer.WriteStartObject("prebuiltVoiceConfig"u8);
            writer.WriteString("voiceName"u8, voice);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else if (model.PaintsPictures)
        {
            WriteStrings("responseModalities", "TEXT", "IMAGE");
        }
    }

    private void WriteStrings(string name, params ReadOnlySpan<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private void WriteWithin(string name, string field, double? value, double least, double most)
    {
        if (value is not { } number)
            return;
        if (number < least || number > most)
            losses.Clamped(field);
        writer.WriteNumber(name, Math.Clamp(number, least, most));
    }

    private void Drop(string field, bool isSet)
    {
        if (isSet)
            losses.Dropped(field);
    }
}
