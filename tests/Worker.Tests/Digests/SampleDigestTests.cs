using CrmSync.Domain.Digests;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>The sample company's digests, compared with approved files; they are also what the README shows.</summary>
public sealed class SampleDigestTests(SampleCompany company) : IClassFixture<SampleCompany>
{
    [Fact]
    public async Task The_digests_of_the_sample_company_are_as_approved()
    {
        var digests = await company.DigestsAt(SampleCompany.Story);
        Assert.Equal(["my-day olga", "my-day ana", "my-day tim", "the-firm olga"], digests.Select(d => Name(d.Digest)));
        Assert.Multiple([.. digests.SelectMany(digest => new Action[]
        {
            () => Approved.Check(Name(digest.Digest).Replace(' ', '-') + ".txt", MimeReader.Read(digest.Mail.Bytes).Text),
            () => Approved.Check(Name(digest.Digest).Replace(' ', '-') + ".html", digest.Mail.Html),
        })]);
    }

    private static string Name(Digest digest) => $"{digest.Run.Definition.Name} {digest.Run.Reader.Id}";
}
