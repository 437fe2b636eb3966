using System.Collections.Concurrent;

namespace Dragoman.Telemetry;

/// <summary>
/// The names of models in metrics. Clients may ask for any name, and each name would be a series for ever, so a name counts only once
/// its provider has answered a request for it, and only so many do.
/// </summary>
internal sealed class KnownModels
{
    /// <summary>The most names; all further ones are <see cref="GenAI.Other"/>.</summary>
    public const int Most = 200;

    private readonly ConcurrentDictionary<(string Provider, string Model), bool> names = new();

    /// <summary>The name for metrics.</summary>
    /// <param name="provider">The operator's name of the provider.</param>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="isAnswered">Whether the provider has answered a request for it.</param>
    public string NameOf(string provider, string model, bool isAnswered)
    {
        if (names.ContainsKey((provider, model)))
            return model;
        // Requests at the same moment may add a few more, which does no harm.
        return isAnswered && names.Count < Most && names.TryAdd((provider, model), true) ? model : GenAI.Other;
    }
}
