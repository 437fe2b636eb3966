using System.Net.Sockets;
using Npgsql;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>A PostgreSQL cluster that only these tests use.</summary>
public sealed class PostgresServer() : StoreServer("postgres.sh")
{
    private const int Port = 5432;

    /// <summary>The connection string of a database, through the server's own socket.</summary>
    public string To(string database) => $"Host={Address};Port={Port};Username=dragoman;Database={database}";

    /// <summary>A connection as a client of the protocol makes it.</summary>
    public async Task<Stream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Address, $".s.PGSQL.{Port}")));
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Kills the server in the middle of whatever it does, and starts it again with its data.</summary>
    public Task KillAsync() => AskAsync("kill");

    /// <summary>Runs a statement, on a connection of its own.</summary>
    public async Task<object?> RunAsync(string database, string statement)
    {
        await using var connection = new NpgsqlConnection(To(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }
}
