using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI;

/// <summary>The sampling parameters, and the rules by which reasoning models reject them (<c>specs/dialects.md 1.1</c>).</summary>
internal sealed record SamplingParameters(
    double? Temperature, double? TopP, double? FrequencyPenalty, double? PresencePenalty, bool Logprobs, int? TopLogprobs, bool BiasesLogits, string[] Stops)
{
    private const int MostStops = 4;

    public static SamplingParameters Read(FieldReader body)
    {
        var temperature = body.Number("temperature", 0, 2);
        var topP = body.Number("top_p", 0, 1);
        var frequency = body.Number("frequency_penalty", -2, 2);
        var presence = body.Number("presence_penalty", -2, 2);
        var logprobs = body.Flag("logprobs", nullable: true) ?? false;
        var topLogprobs = body.Integer("top_logprobs", 0, 20);
        var bias = body.Object("logit_bias", nullable: true);
        var stops = body.TextOrTexts("stop", nullable: true) ?? [];
        return new(temperature, topP, frequency, presence, logprobs, topLogprobs, bias is not null && bias.Value.EnumerateObject().Any(), stops.Where(stop => stop.Length > 0).ToArray());
    }

    /// <exception cref="ApiException">400 with <c>unsupported_parameter</c> or <c>unsupported_value</c>.</exception>
    public void Check(OpenAIModel model, string? effort, bool hasMaxTokens)
    {
        if (Stops.Length > MostStops)
            throw Refused(OpenAIError.Invalid("stop", $"Invalid 'stop': array too long. Expected an array with maximum length {MostStops}, but got an array with length {Stops.Length} instead.", "array_above_max_length"));
        if (TopLogprobs is not null && !Logprobs)
            throw Refused(OpenAIError.Invalid("top_logprobs", "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."));
        CheckEffort(model, effort);
        if (!model.IsReasoning)
            return;
        if (hasMaxTokens)
            throw Refused(OpenAIError.UnsupportedParameter("max_tokens", " Use 'max_completion_tokens' instead."));
        if (Stops.Length > 0)
            throw Refused(OpenAIError.UnsupportedParameter("stop"));
        if (BiasesLogits)
            throw Refused(OpenAIError.UnsupportedParameter("logit_bias"));
        if (PresencePenalty is not (null or 0))
            throw Refused(OpenAIError.UnsupportedParameter("presence_penalty"));
        if (FrequencyPenalty is not (null or 0))
            throw Refused(OpenAIError.UnsupportedParameter("frequency_penalty"));
        // Without reasoning, newer reasoning models accept the parameters of classic models.
        if (model.CanStopReasoning && effort == "none")
            return;
        CheckSampling();
    }

    /// <exception cref="ApiException">400 with <c>unsupported_parameter</c> or <c>unsupported_value</c>.</exception>
    public void CheckSampling()
    {
        if (Temperature is not (null or 1))
        {
            throw Refused(OpenAIError.UnsupportedValue("temperature",
                FormattableString.Invariant($"'temperature' does not support {Temperature} with this model. Only the default (1) value is supported.")));
        }

        if (TopP is not (null or 1))
            throw Refused(OpenAIError.UnsupportedParameter("top_p"));
        if (Logprobs)
            throw Refused(OpenAIError.UnsupportedParameter("logprobs"));
    }

    /// <exception cref="ApiException">400: the model does not reason, or not with this effort.</exception>
    public static void CheckEffort(OpenAIModel model, string? effort, string name = "reasoning_effort")
    {
        if (effort is null || model.Efforts.Contains(effort))
            return;
        if (model.Efforts.Length == 0)
            throw Refused(OpenAIError.UnsupportedParameter(name));
        var values = model.Efforts;
        throw Refused(OpenAIError.UnsupportedValue(name,
            $"'{effort}' is not supported with the '{model.Id}' model. Supported values are: {string.Join(", ", values[..^1].Select(value => $"'{value}'"))}, and '{values[^1]}'."));
    }

    private static ApiException Refused(OpenAIError error) => new(error);
}
