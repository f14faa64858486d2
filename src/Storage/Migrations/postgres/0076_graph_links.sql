-- Where a mailbox in Microsoft 365 goes on from holds what was asked of each message; listed anew, it also says where one opens.
update folder
   set cursor = null
 where remote_id <> 'calendar'
   and account in (select number from account where kind = 'graph');
