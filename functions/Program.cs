using Dragoman.Hosting;

// The Functions host starts this executable and tells it the port; ASPNETCORE_URLS is not for it (specs/functions-host.md 1).
return await GatewayHost.RunAsync(args, "dragoman-functions", "FUNCTIONS_CUSTOMHANDLER_PORT", 7071, handsOver: false);
