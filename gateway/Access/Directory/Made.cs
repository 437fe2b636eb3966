namespace Dragoman.Access.Directory;

/// <summary>A caller that was made of the documents of the store, or the reason why there is none.</summary>
/// <param name="Caller">The caller; null when the store refuses the credential.</param>
/// <param name="Refusal">Why it is refused; null when it is not.</param>
/// <param name="Generation">See <see cref="CallerDirectory.IsCurrent"/>.</param>
internal sealed record Made(Caller? Caller, CallerRefusal? Refusal, long Generation);
