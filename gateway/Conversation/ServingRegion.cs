namespace Dragoman.Conversation;

/// <summary>Where a provider processes a request, if that changes its price.</summary>
public enum ServingRegion : byte
{
    /// <summary>Anywhere; also when nothing is known.</summary>
    Global,

    /// <summary>In the United States: Anthropic's <c>inference_geo</c>, OpenAI's regional processing.</summary>
    Us,

    /// <summary>In the European Union.</summary>
    Eu,

    /// <summary>Azure's data zone deployments.</summary>
    DataZone,

    /// <summary>Azure's deployments in one region.</summary>
    Regional,

    /// <summary>One that this version does not know.</summary>
    Unlisted,
}

/// <summary>The words for regions in price lists and in the configuration.</summary>
public static class ServingRegions
{
    /// <summary>The words in the order of <see cref="ServingRegion"/>.</summary>
    public static readonly IReadOnlyList<string> Words = ["global", "us", "eu", "data-zone", "regional"];
}
