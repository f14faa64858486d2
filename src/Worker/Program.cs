return await CrmSync.Worker.Cli.CommandLine.Run(args);
