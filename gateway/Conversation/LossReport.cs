namespace Dragoman.Conversation;

/// <summary>What became of a request member that the provider does not have (specs/dialects.md 0.1).</summary>
public enum LossAction
{
    Clamped,
    Emulated,
    Dropped,
}

/// <param name="Field">The member in the inbound dialect's own words where known, else the canonical one.</param>
/// <param name="Action">What was done with it.</param>
public readonly record struct Loss(string Field, LossAction Action);

/// <summary>Collects the losses of one translation, so that none is silent.</summary>
public sealed class LossReport
{
    /// <summary>The response header that tells the client.</summary>
    public const string Header = "X-Dragoman-Losses";

    private readonly List<Loss> losses = [];

    public IReadOnlyList<Loss> Losses => losses;

    public void Dropped(string field) => losses.Add(new Loss(field, LossAction.Dropped));

    public void Clamped(string field) => losses.Add(new Loss(field, LossAction.Clamped));

    public void Emulated(string field) => losses.Add(new Loss(field, LossAction.Emulated));

    /// <summary>Takes over what another translation lost, each loss once.</summary>
    public void Add(LossReport other) => losses.AddRange(other.losses.Except(losses));

    /// <summary>One line for a header or a log: <c>top_k=dropped, temperature=clamped</c>.</summary>
    public override string ToString() => string.Join(", ", losses.Select(loss => $"{loss.Field}={Word(loss.Action)}"));

    /// <summary>The word for an action in headers, logs and metrics.</summary>
    public static string Word(LossAction action) => action switch
    {
        LossAction.Clamped => "clamped",
        LossAction.Emulated => "emulated",
        _ => "dropped",
    };
}
