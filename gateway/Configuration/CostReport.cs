namespace Dragoman.Configuration;

/// <summary>Where clients are told what an answer costs.</summary>
public enum CostReport
{
    /// <summary>Nowhere.</summary>
    Off,

    /// <summary>In headers, and in trailers for clients that accept them.</summary>
    Headers,

    /// <summary>Also in the answer itself, beside its token counts. Strict clients may refuse a member that they do not know.</summary>
    Events,
}
