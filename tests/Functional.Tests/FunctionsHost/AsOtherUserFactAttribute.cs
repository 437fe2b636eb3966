using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>A test that is skipped where a process cannot become another user on a read-only file system.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AsOtherUserFactAttribute : FactAttribute
{
    public AsOtherUserFactAttribute() => Skip = OtherUser.IsPossible ? null : "only root, in a container that may mount, can change the user and make the file system read-only";
}
