namespace Dragoman.Configuration;

/// <summary>What happens to callers while the store does not answer.</summary>
/// <param name="Grace">How long callers that are known in the process are served with what was known last.</param>
/// <param name="ServesAfterwards">Whether they are served even longer; otherwise they are refused.</param>
public sealed record StoreAwayPolicy(TimeSpan Grace, bool ServesAfterwards)
{
    public static readonly StoreAwayPolicy Default = new(TimeSpan.FromMinutes(5), ServesAfterwards: false);
}
