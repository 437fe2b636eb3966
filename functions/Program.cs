using Dragoman.Hosting;

// The Functions host starts this executable and sets the port variable; ASPNETCORE_URLS is not meant for it (specs/functions-host.md 1).
return await GatewayHost.RunAsync(args, "dragoman-functions", "FUNCTIONS_CUSTOMHANDLER_PORT", 7071, handsOver: false);
