using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.Mistral;

/// <summary>The models that the emulator offers. Names that ask for a behavior are accepted but not listed.</summary>
internal static class ModelCatalog
{
    public static IReadOnlyList<ModelCard> Listed { get; } =
    [
        new("mistral-small-latest")
        {
            Aliases = ["mistral-small-2603"],
            Description = "Chat with images, tools and, on request, reasoning.",
            MaxContextLength = 262144,
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            CanReason = true,
        },
        new("mistral-medium-latest")
        {
            Aliases = ["mistral-medium-3.5", "mistral-medium"],
            Description = "Chat that streams tool calls in fragments and usage in a last chunk of its own.",
            MaxContextLength = 262144,
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            CanReason = true,
            StreamsFragments = true,
        },
        new("mistral-large-latest")
        {
            Aliases = ["mistral-large-2512"],
            Description = "Chat with images and tools; its tool calls carry no type.",
            MaxContextLength = 262144,
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            OmitsToolCallType = true,
        },
        new("magistral-small-latest")
        {
            Aliases = ["magistral-small-2509"],
            Description = "Chat that always reasons before it answers.",
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            CanReason = true,
            AlwaysReasons = true,
        },
        new("magistral-medium-latest")
        {
            Aliases = ["magistral-medium-2509"],
            Description = "Chat that always reasons before it answers.",
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            CanReason = true,
            AlwaysReasons = true,
        },
        new("ministral-8b-latest")
        {
            Aliases = ["ministral-8b-2512"],
            Description = "Chat with tools.",
            CompletesChat = true,
            CallsFunctions = true,
            RefusesUserAfterTool = true,
        },
        new("pixtral-12b-latest")
        {
            Aliases = ["pixtral-12b-2409", "pixtral-12b"],
            Description = "Chat with images and tools.",
            CompletesChat = true,
            CallsFunctions = true,
            SeesImages = true,
            RefusesUserAfterTool = true,
        },
        new("codestral-latest")
        {
            Aliases = ["codestral-2508"],
            Description = "Code completion with a prompt and a suffix, and chat with tools.",
            MaxContextLength = 262144,
            CompletesChat = true,
            CompletesFim = true,
            CallsFunctions = true,
        },
        new("mistral-embed")
        {
            Aliases = ["mistral-embed-2312"],
            Description = "Embeddings of 1024 dimensions.",
            MaxContextLength = 8192,
            Embeds = true,
        },
    ];

    /// <summary>Finds a model by its name, its alias, or a name that asks for a behavior.</summary>
    /// <exception cref="ApiException">There is no such model.</exception>
    /// <exception cref="RefusalException">The emulator does not know the behavior.</exception>
    public static ModelCard Find(string name, int statusWhenUnknown = 400)
    {
        if (EmulatedBehavior.IsNamedBy(name))
        {
            EmulatedBehavior.FromModelName(name);
            return new ModelCard(name)
            {
                Description = "Behaves as its name asks.",
                MaxContextLength = 262144,
                CompletesChat = true,
                CompletesFim = true,
                Embeds = true,
                CallsFunctions = true,
                SeesImages = true,
                CanReason = true,
            };
        }

        foreach (var card in Listed)
        {
            if (card.Id == name || card.Aliases.Contains(name))
                return card;
        }

        throw new ApiException(MistralError.InvalidModel(statusWhenUnknown, name));
    }
}
