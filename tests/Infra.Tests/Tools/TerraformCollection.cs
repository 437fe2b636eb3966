namespace Dragoman.Infra.Tests.Tools;

/// <summary>The tests that share one Terraform, so that its stand-ins are built and started once.</summary>
[CollectionDefinition(Name)]
public sealed class TerraformCollection : ICollectionFixture<Terraform>
{
    public const string Name = "Terraform";
}
