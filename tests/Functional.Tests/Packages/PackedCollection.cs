using Xunit;

namespace Dragoman.Functional.Tests.Packages;

/// <summary>The tests that share one run of <c>infra/package.sh</c>.</summary>
[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<PackedProduct>
{
    public const string Name = "packed";
}
