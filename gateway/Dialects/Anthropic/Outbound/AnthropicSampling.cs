using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>What of a request's sampling Anthropic has, by model and API version (specs/dialects.md 1.3, 2.7).</summary>
internal static class AnthropicSampling
{
    /// <summary>The nearest to 1 that a model refuses, which takes <c>top_p</c> at its default only.</summary>
    private const double LeastDefaultTopP = 0.99;

    /// <summary>Less is refused while the model thinks.</summary>
    private const double LeastThinkingTopP = 0.95;

    /// <exception cref="GatewayException">The client asks for something whose loss would change what it gets.</exception>
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

        static GatewayException Missing(string field) => GatewayException.Invalid(field, $"{field} is not supported by this model's provider (anthropic)");
    }

    /// <param name="writer">Inside the request object.</param>
    /// <param name="sampling">What the client asked.</param>
    /// <param name="model">What it asked it of.</param>
    /// <param name="takesNone">Whether the API version knows no sampling at all.</param>
    /// <param name="thinks">Whether the model will think.</param>
    /// <param name="losses">Gets what cannot be said.</param>
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

        // Ollama's 0 means all.
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
