namespace Dragoman.Cli.Login;

/// <summary>What a person needs to approve a login (RFC 8628 3.2).</summary>
/// <param name="UserCode">The code to enter.</param>
/// <param name="Address">The address to open.</param>
/// <param name="CompleteAddress">The address that contains the code already; null when there is none.</param>
internal sealed record DeviceCode(string UserCode, string Address, string? CompleteAddress);
