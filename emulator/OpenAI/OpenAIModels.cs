using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.OpenAI;

/// <summary>The models that the emulator offers under OpenAI's names.</summary>
internal static class OpenAIModels
{
    public static IReadOnlyList<OpenAIModel> Listed { get; } =
    [
        new("gpt-5.2", "gpt-5.2-2025-12-11"),
        new("gpt-5.1", "gpt-5.1-2025-11-13"),
        new("gpt-5", "gpt-5-2025-08-07"),
        new("gpt-5-mini", "gpt-5-mini-2025-08-07"),
        new("gpt-5-nano", "gpt-5-nano-2025-08-07"),
        new("gpt-5-chat-latest", "gpt-5-chat-latest"),
        new("gpt-5.6-terra", "gpt-5.6-terra"),
        new("o3", "o3-2025-04-16"),
        new("o4-mini", "o4-mini-2025-04-16"),
        new("gpt-4.1", "gpt-4.1-2025-04-14"),
        new("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
        new("gpt-4o", "gpt-4o-2024-08-06"),
        new("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        new("gpt-audio", "gpt-audio-2025-08-28"),
        new("gpt-audio-mini", "gpt-audio-mini-2025-10-06"),
        new("gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct:20230824-v2"),
        new("text-embedding-3-small", "text-embedding-3-small") { Dimensions = 1536 },
        new("text-embedding-3-large", "text-embedding-3-large") { Dimensions = 3072 },
        new("text-embedding-ada-002", "text-embedding-ada-002-v2") { Dimensions = 1536 },
    ];

    /// <summary>Finds a model by its name, its snapshot's name, or a name that asks for a behavior. Null when there is none.</summary>
    /// <exception cref="RefusalException">The emulator does not know the behavior.</exception>
    public static OpenAIModel? Find(string name)
    {
        if (!EmulatedBehavior.IsNamedBy(name))
            return Listed.FirstOrDefault(model => model.Id == name) ?? Listed.FirstOrDefault(model => model.Snapshot == name);
        EmulatedBehavior.FromModelName(name);
        return new(name, name);
    }
}
