namespace Dragoman.Gateway.Tests.Stores;

/// <summary>Azurite's table service, which only these tests use.</summary>
public sealed class AzuriteServer() : StoreServer("azurite.sh")
{
    /// <summary>The connection string, with the account and the key that every Azurite has.</summary>
    public string ConnectionString => To(Address);

    /// <summary>A connection string with another port.</summary>
    public static string To(string port) =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";
}
