using System.Globalization;
using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Access.Budgets;

/// <summary>A budget of which more is used than the part from which it warns.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Period">The present period.</param>
/// <param name="Used">What is spent, and what processes have reserved, in picodollars.</param>
public sealed record BudgetWarning(BudgetScope Budget, PeriodSpan Period, long Used)
{
    /// <summary>The header that says so.</summary>
    public const string Header = "X-Dragoman-Budget-Warning";

    /// <summary>What a header may have of an id besides letters and digits, without being read as something else.</summary>
    private const string Plain = "-_.~=/:@+";

    /// <summary>How much of the limit is used, in whole percent.</summary>
    public int Percent => Budget.Limit == 0 ? 100 : (int)Math.Min(100, Used * 100m / Budget.Limit);

    /// <summary>When the budget begins anew; null if it never does.</summary>
    public DateTimeOffset? ResetsAt => Period.End == DateTimeOffset.MaxValue ? null : Period.End;

    /// <summary>Such as <c>scope=team; id=web; period=month; used=83; resets=2026-12-01T00:00:00Z</c>, in ASCII. What else an id contains is percent-encoded.</summary>
    public string ToHeader()
    {
        var text = new StringBuilder("scope=").Append(Budget.Owner.Kind).Append("; id=");
        AppendEncoded(text, Budget.Owner.Id);
        if (Budget.Owner is { Kind: BudgetOwner.TagKind, Team: { } team })
            text.Append("; team=").Append(team);
        text.Append("; period=").Append(BudgetPeriod.NameOf(Budget.Period.Kind)).Append(CultureInfo.InvariantCulture, $"; used={Percent}");
        if (ResetsAt is { } end)
            text.Append("; resets=").Append(UtcText.Of(end));
        return text.ToString();
    }

    private static void AppendEncoded(StringBuilder text, string id)
    {
        foreach (var octet in Encoding.UTF8.GetBytes(id))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || Plain.Contains((char)octet, StringComparison.Ordinal))
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }
    }
}
