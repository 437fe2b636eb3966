namespace Dragoman.Configuration;

/// <summary>What answers tell besides what the provider says.</summary>
/// <param name="Cost">Where they tell what they cost.</param>
public sealed record AnswerSettings(CostReport Cost)
{
    public static readonly AnswerSettings Default = new(CostReport.Headers);
}
