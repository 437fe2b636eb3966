namespace Dragoman.Prices;

/// <summary>Where the prices of a model are written.</summary>
public enum PricePlace
{
    /// <summary>At the published model in the configuration.</summary>
    Model,

    /// <summary>In the operator's price list.</summary>
    Own,

    /// <summary>In the list that the gateway has.</summary>
    BuiltIn,
}
