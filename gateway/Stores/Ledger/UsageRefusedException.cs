using Dragoman.Locales;

namespace Dragoman.Stores.Ledger;

/// <summary>A question about usage that a store does not answer.</summary>
/// <param name="reason">Why, as a part of a sentence.</param>
public sealed class UsageRefusedException(Wording reason) : Exception
{
    public Wording Reason { get; } = reason;

    public override string Message => Reason.ToString();
}
