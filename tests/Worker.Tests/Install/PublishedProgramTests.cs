namespace CrmSync.Worker.Tests.Install;

/// <summary>Tests over the published file share it: it takes long to make.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedProgramTests : ICollectionFixture<PublishedProgram>
{
    public const string Name = "published program";
}
