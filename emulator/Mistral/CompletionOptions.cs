using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>The members that chat, FIM and legacy completion requests share.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="RequestedModel">The model's name in the request, which the answer repeats.</param>
/// <param name="Behavior">The pace and faults.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="MaxTokens">The most tokens of one choice.</param>
/// <param name="Stops">The strings that end a choice's text, none of them empty.</param>
internal sealed record CompletionOptions(
    ModelCard Model, string RequestedModel, EmulatedBehavior Behavior, bool Stream, int? MaxTokens, string[] Stops)
{
    public ChoiceLimits Limits => new(MaxTokens, Stops, Stream && Model.StreamsFragments);

    /// <summary>Members that cut or deliver an answer but do not decide it.</summary>
    public static readonly string[] IgnoredBySeed =
    [
        "stream", "stream_options", "max_tokens", "min_tokens", "stop", "n", "metadata", "prompt_cache_key", "service_tier", "user",
    ];

    /// <summary>Reads the members by a closed schema. Wrong ones are added to the errors of <paramref name="body"/>.</summary>
    /// <exception cref="ApiException">400: the model is unknown, or the sampling parameters contradict each other.</exception>
    public static CompletionOptions Read(FieldReader body, string? behaviorHeader)
    {
        var model = body.Text("model", required: true);
        var temperature = body.Number("temperature", 0, 1.5);
        var topP = body.Number("top_p", 0, 1);
        var maxTokens = body.Integer("max_tokens", 0);
        var stream = body.Flag("stream");
        var stops = body.TextOrTexts("stop", nullable: true);
        body.Integer("random_seed", 0);
        body.Object("metadata", nullable: true);
        body.Text("prompt_cache_key", nullable: true);
        if (body.Errors.Count == 0 && temperature == 0 && topP is not (null or 1))
            throw new ApiException(MistralError.BadRequest("top_p must be 1 when using greedy sampling."));
        var name = model ?? "";
        // A missing name of the model, or one that is not a string, is already among the errors.
        var card = model is null ? new ModelCard("") : ModelCatalog.Find(name);
        return new(card, name, EmulatedBehavior.FromModelName(name).WithHeader(behaviorHeader), stream ?? false, maxTokens,
            [.. (stops ?? []).Where(stop => stop.Length > 0)]);
    }
}
