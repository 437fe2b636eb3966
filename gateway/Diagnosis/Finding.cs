namespace Dragoman.Diagnosis;

/// <summary>What one examination has found.</summary>
/// <param name="Subject">What was examined, such as <c>provider mistral</c>.</param>
/// <param name="Check">What was examined of it, such as <c>tls</c>.</param>
/// <param name="State">Whether it works.</param>
/// <param name="Found">What was found, on one line and without a secret.</param>
/// <param name="Advice">What to do; null when there is nothing to do.</param>
public sealed record Finding(string Subject, string Check, FindingState State, string Found, string? Advice = null);
