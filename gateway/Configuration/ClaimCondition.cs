namespace Dragoman.Configuration;

/// <summary>Is met if a claim has one of some values.</summary>
/// <param name="Claim">The claim's name; <c>a.b</c> is member <c>b</c> of claim <c>a</c> if there is no claim of that literal name.</param>
/// <param name="Values">The values; one with <c>*</c> at its end stands for all that begin with it.</param>
public sealed record ClaimCondition(string Claim, IReadOnlyList<string> Values)
{
    /// <summary>Whether a value of the claim meets the condition.</summary>
    public bool IsMetBy(string value)
    {
        foreach (var wanted in Values)
        {
            if (wanted.EndsWith('*') ? value.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal) : value == wanted)
                return true;
        }

        return false;
    }
}
