using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Writes the sampling parameters that Anthropic supports, by model and API version (specs/dialects.md 1.3, 2.7).</summary>
internal static class AnthropicSampling
{
    /// <summary>Models without sampling accept a <c>top_p</c> from here up to 1. Dropping such a value is not reported as a loss.</summary>
    private const double LeastDefaultTopP = 0.99;

    /// <summary>The least <c>top_p</c> that is accepted while the model thinks.</summary>
    private const double LeastThinkingTopP = 0.95;

    /// <exception cref="GatewayException">The client asks for something whose loss would change the answer.</exception>
    public static void RefuseWhatIsMissing(ChatRequest request, LossReport losses)
    {
        if (request.Sampling.Choices > 1)
            throw Missing("n");
        if (request.Sampling.LogitBias is { } bias && bias.AsSpan().Trim("{} \t\r\n").Length > 0)
            throw Missing("logit_bias");
        if (request.AudioOutput is not null)
            throw Missing("audio");
        if (request.Completion?.Suffix is not null)
            throw Missing("suffix");
        if (request.Sampling.Logprobs == true || request.Sampling.TopLogprobs > 0)
        {
            if (request.Client.ToleratesMissingLogprobs)
                losses.Dropped("logprobs");
            else
                throw Missing("logprobs");
        }

        static GatewayException Missing(string field) => GatewayException.Invalid(field, TargetText.NotSupported(field, "anthropic"));
    }

    /// <param name="writer">A writer inside the request object.</param>
    /// <param name="sampling">The client's sampling parameters.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="takesNone">Whether the API version has no sampling parameters at all.</param>
    /// <param name="thinks">Whether the model will think.</param>
    /// <param name="losses">Records what the provider does not support.</param>
    public static void Write(Utf8JsonWriter writer, Sampling sampling, AnthropicModel model, bool takesNone, bool thinks, LossReport losses)
    {
        var isFixed = takesNone || !model.TakesSampling;
        var hasTemperature = false;
        if (sampling.Temperature is { } temperature)
        {
            hasTemperature = !isFixed && !thinks;
            if (hasTemperature)
                WriteWithin("temperature", temperature);
            else if (temperature != 1)
                losses.Dropped("temperature");
        }

        if (sampling.TopP is { } topP)
        {
            if (!isFixed && !(thinks && topP < LeastThinkingTopP) && !(hasTemperature && model.TakesOneOfTemperatureAndTopP))
                WriteWithin("top_p", topP);
            else if (topP < LeastDefaultTopP)
                losses.Dropped("top_p");
        }

        // In Ollama 0 means all tokens.
        if (sampling.TopK is { } topK and > 0)
        {
            if (isFixed || thinks)
                losses.Dropped("top_k");
            else
                writer.WriteNumber("top_k"u8, topK);
        }

        Drop("min_p", sampling.MinP is not null);
        Drop("repeat_penalty", sampling.RepeatPenalty is not null);
        Drop("presence_penalty", sampling.PresencePenalty is not null);
        Drop("frequency_penalty", sampling.FrequencyPenalty is not null);
        Drop("seed", sampling.Seed is not null);

        void WriteWithin(string name, double value)
        {
            if (value is < 0 or > 1)
                losses.Clamped(name);
            writer.WriteNumber(name, Math.Clamp(value, 0, 1));
        }

        void Drop(string name, bool isSet)
        {
            if (isSet)
                losses.Dropped(name);
        }
    }
}
