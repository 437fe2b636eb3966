using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>What a call asks to change: its query and its body, with all their mistakes.</summary>
internal sealed class ChangeRequest
{
    private readonly List<Mistake> mistakes = [];

    /// <exception cref="RefusedCall">The body is not a JSON object.</exception>
    public ChangeRequest(AdminCall call)
    {
        Query = new(call, mistakes);
        Body = BodyMembers.Of(call, mistakes);
    }

    public QueryParameters Query { get; }

    public BodyMembers Body { get; }

    /// <exception cref="RefusedCall">There are mistakes, or members or parameters that nobody asked for.</exception>
    public void End()
    {
        Body.End();
        Query.End();
    }

    /// <exception cref="RefusedCall">The state is larger than one may be.</exception>
    public static void CheckSize(ReadOnlyMemory<byte> state)
    {
        if (state.Length > Records.LargestState)
            throw new RefusedCall(Problem.Invalid(Mistake.InBody("", MistakeText.TooLargeState(state.Length, Records.LargestState))));
    }
}
